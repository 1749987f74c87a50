import { joinMaps } from '../join/values.ts';
import type { Write } from '../schema/stamps.ts';
import type { YamlMap } from '../yaml.ts';
import type { Pointer } from './pointer.ts';
import { type DocumentState, hasSeen } from './registers.ts';
import { sortWrites } from './stamps-file.ts';

/**
 * Join two states of one document: in each register the largest operation wins, and of the others those stay that
 * the other side's writers had not seen, as in an optimised multi-value register (Almeida et al., "Delta state
 * replicated data types", 2018). The winner is kept whatever `seen` says, so a copied clone that counts its
 * operations twice can lose a conflict record but never a value.
 */
export function joinDocuments(a: DocumentState, b: DocumentState): DocumentState {
  const registers = new Map<Pointer, readonly Write[]>();
  for (const pointer of new Set([...a.registers.keys(), ...b.registers.keys()])) {
    registers.set(
      pointer,
      joinWrites([a, a.registers.get(pointer) ?? []], [b, b.registers.get(pointer) ?? []]),
    );
  }
  const seen = new Map(a.seen);
  for (const [clone, clock] of b.seen) seen.set(clone, Math.max(clock, seen.get(clone) ?? 0));
  return {
    version: Math.max(a.version, b.version),
    seen,
    registers,
    unknown: joinMaps(a.unknown, b.unknown),
  };
}

type Side = readonly [DocumentState, readonly Write[]];

function joinWrites([stateA, writesA]: Side, [stateB, writesB]: Side): readonly Write[] {
  const inA = new Map(writesA.map((write) => [write.op, write]));
  const inB = new Map(writesB.map((write) => [write.op, write]));
  const all = sortWrites(
    [...new Set([...inA.keys(), ...inB.keys()])].map((op) => {
      const [one, other] = [inA.get(op), inB.get(op)];
      return (one && other ? joinMaps(one as YamlMap, other as YamlMap) : (one ?? other)) as Write;
    }),
  );
  return all.filter((write, index) => {
    if (index === 0 || (inA.has(write.op) && inB.has(write.op))) return true;
    return inA.has(write.op) ? !hasSeen(stateB, write.op) : !hasSeen(stateA, write.op);
  });
}
