import type { AgentName } from '../names.ts';
import { nextClock, type OperationId, operationId, parseOperationId } from '../operation.ts';
import type { Write } from '../schema/stamps.ts';
import type { YamlMap, YamlValue } from '../yaml.ts';
import type { Pointer } from './pointer.ts';

/**
 * A document as a set of registers (Shapiro et al., "A comprehensive study of convergent and commutative replicated
 * data types", 2011). Each register holds the writes that no later writer had seen, largest operation first: the
 * first is its value, the others were written at the same time elsewhere and lost. `seen` is the causal context.
 */
export interface DocumentState {
  /** The format version that the plain file states. */
  readonly version: number;
  /** By clone: the clock of its last operation that this state has taken in. */
  readonly seen: ReadonlyMap<string, number>;
  readonly registers: ReadonlyMap<Pointer, readonly Write[]>;
  /** Fields of the stamps file that this version does not know. */
  readonly unknown: YamlMap;
}

/** Who writes. */
export interface Author {
  readonly op: OperationId;
  readonly by?: AgentName;
}

/** A state that is being changed by one author or one hand edit. */
export interface Draft {
  readonly seen: Map<string, number>;
  readonly registers: Map<Pointer, readonly Write[]>;
}

/** A copy to write into; `{...state, ...draft}` is the state after. */
export function draftOf(state: DocumentState): Draft {
  return { seen: new Map(state.seen), registers: new Map(state.registers) };
}

/** The register's value; undefined when there is none or it was deleted. */
export function readRegister(state: Draft | DocumentState, pointer: Pointer): YamlValue | undefined {
  return state.registers.get(pointer)?.[0]?.value as YamlValue | undefined;
}

/** Write a register, or delete it with `undefined`: whatever it held has been seen by this author and goes. */
export function write(draft: Draft, pointer: Pointer, author: Author, value: YamlValue | undefined): void {
  draft.registers.set(pointer, [{ ...author, ...(value === undefined ? {} : { value }) }]);
  const { clone, clock } = parseOperationId(author.op);
  draft.seen.set(clone, Math.max(clock, draft.seen.get(clone) ?? 0));
}

/** Whether the state has taken in this operation. */
export function hasSeen(state: DocumentState, op: OperationId): boolean {
  const { clone, clock } = parseOperationId(op);
  return (state.seen.get(clone) ?? -1) >= clock;
}

/** The largest clock of any operation on the document; 0 when there is none. */
export function largestClock(state: DocumentState): number {
  return Math.max(0, ...state.seen.values());
}

/**
 * The author as this document will know it: with a later clock where the document is already ahead of it, as it can
 * be after hand edits, so that what is written last wins here too.
 */
export function authorAfter(state: DocumentState, author: Author): Author {
  const { clock, clone, unique } = parseOperationId(author.op);
  return { ...author, op: operationId({ clock: nextClock(clock, largestClock(state)), clone, unique }) };
}
