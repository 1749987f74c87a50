import { createHash } from 'node:crypto';
import type { AgentName, CloneId, Oid, RefName } from '../../../src/domain/names.ts';
import type { TreeEntry } from '../../../src/domain/ports.ts';
import type { Branch, Change } from '../../../src/store/branch.ts';
import { openBranch } from '../../../src/store/branch-store.ts';
import {
  ManualClock,
  type MemoryObjects,
  MemoryRefs,
  seededIds,
  seededRandom,
} from '../../support/memory.ts';

export const REF = 'refs/heads/agent-os' as RefName;
export const AGENT = 'go-backend' as AgentName;
export const PERSON = { name: 'Test', email: 'test@example.invalid' };

/** A clone over shared objects; its branch begins at `root`. */
export function makeClone(objects: MemoryObjects, name: string, root: Oid | null) {
  const refs = new MemoryRefs(root === null ? [] : [[REF, root]]);
  const clock = new ManualClock();
  const random = seededRandom(name.charCodeAt(0));
  const branch = openBranch({
    ref: REF,
    reader: objects.reader(refs),
    writer: objects.writer,
    history: objects.history,
    refs,
    clock,
    ids: seededIds(clock, random),
    random,
    hash: (text) => createHash('sha256').update(text).digest('hex'),
    clone: async () => name.padEnd(16, '0') as CloneId,
    author: async () => PERSON,
  });
  const tip = () => objects.reader(refs).commit(REF);
  return { refs, clock, branch, tip };
}

export async function makeRoot(objects: MemoryObjects, entries: readonly TreeEntry[] = []): Promise<Oid> {
  const tree = await objects.writer.tree(entries);
  return objects.writer.commit({ tree, parents: [], message: 'root\n', author: PERSON, at: 1_000_000 });
}

export const write = (branch: Branch, ...changes: Change[]) =>
  branch.commit({
    agent: AGENT,
    session: null,
    plan: async () => ({ subject: 'test', changes, result: changes.length }),
  });

export const note = (name: string): Change => ({ path: `notes/${name}`, content: `${name}\n` });

export async function filesOf(branch: Branch): Promise<readonly string[]> {
  const files: string[] = [];
  for await (const { path } of (await branch.snapshot()).walk('')) files.push(path);
  return files;
}
