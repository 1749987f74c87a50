import { createHash } from 'node:crypto';
import { identify } from '../../src/app/identity.ts';
import { readLockPolicy } from '../../src/app/lock-policy.ts';
import type { Workspace } from '../../src/app/workspace.ts';
import { openWorktreeSessions } from '../../src/app/worktree-sessions.ts';
import type { CodeAudit, ListedEntry } from '../../src/domain/code-audit.ts';
import type { CodeCommit, CommitDetail } from '../../src/domain/code-history.ts';
import type { AgentName, CloneId, Oid, RefName } from '../../src/domain/names.ts';
import { nextClock, operationId } from '../../src/domain/operation.ts';
import type { Ids, ObjectReader, TreeEntry } from '../../src/domain/ports.ts';
import type { Change } from '../../src/store/branch.ts';
import { openBranch } from '../../src/store/branch-store.ts';
import { createLocks } from '../../src/store/locks/create-locks.ts';
import { openPublisher } from '../../src/store/sync/publisher.ts';
import {
  ManualClock,
  MemoryObjects,
  MemoryRefs,
  MemoryStateFiles,
  seededIds,
  seededRandom,
} from './memory.ts';

const BRANCH = 'refs/heads/agent-os' as RefName;
const PERSON = { name: 'Test', email: 'test@example.invalid' };

/** A workspace in memory, without a remote, and what a test may do to it from outside. */
export interface MemoryWorkspace extends Workspace {
  readonly clock: ManualClock;
  readonly objects: Workspace['objects'] & { readonly memory: MemoryObjects };
  /** Another worktree of the same clone. */
  worktree(name: string): MemoryWorkspace;
  /** A commit of somebody who knows nothing of operations. */
  commitByHand(...changes: readonly Change[]): Promise<void>;
  /** The branch's tree becomes exactly this, whatever a client would say to it. */
  forceTree(entries: readonly TreeEntry[]): Promise<void>;
  /** The text of a file of the branch; null when there is none. */
  file(path: string): Promise<string | null>;
  filesBelow(folder: string): Promise<readonly string[]>;
  /** Subjects of the branch's commits, the latest first. */
  subjects(): Promise<readonly string[]>;
  /** What is checked out, and the commits of any range. */
  readonly checkout: {
    branch: string | null;
    commit: Oid | null;
    range: CodeCommit[];
    details: CommitDetail[];
  };
}

interface Clone {
  readonly objects: MemoryObjects;
  readonly refs: MemoryRefs;
  readonly clock: ManualClock;
  readonly files: MemoryStateFiles;
  readonly ids: Ids;
  readonly worktrees: MemoryStateFiles[];
  readonly checkout: MemoryWorkspace['checkout'];
}

/**
 * @param options.agent - who speaks where nobody is named; null: nobody is configured, so that `user.name` tells
 * @param options.initialised - false leaves the branch out
 */
export async function makeWorkspace(
  options: { readonly agent?: string | null; readonly initialised?: boolean } = {},
): Promise<MemoryWorkspace> {
  const objects = new MemoryObjects();
  const refs = new MemoryRefs();
  if (options.initialised !== false) {
    const tree = await objects.writer.tree([]);
    const root = { tree, parents: [], message: 'root\n', author: PERSON, at: 1_000_000 };
    refs.put(BRANCH, await objects.writer.commit(root));
  }
  const checkout = { branch: 'main', commit: null, range: [], details: [] };
  const clock = new ManualClock();
  const ids = seededIds(clock, seededRandom(1));
  const clone = { objects, refs, clock, files: new MemoryStateFiles(), ids, worktrees: [], checkout };
  return openWorkspace(clone, 'main', options.agent === undefined ? 'go-backend' : options.agent);
}

function openWorkspace(home: Clone, name: string, agent: string | null): MemoryWorkspace {
  const { objects, refs, clock, files, ids, checkout } = home;
  const random = seededRandom(7);
  const clone = 'clone0clone0clon' as CloneId;
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  const reader = objects.reader(refs);
  const { writer, history } = objects;
  const branch = openBranch({
    ref: BRANCH,
    reader,
    writer,
    history,
    refs,
    clock,
    ids,
    random,
    hash,
    clone: async () => clone,
    author: async () => PERSON,
  });
  const own = new MemoryStateFiles();
  const sessions = openWorktreeSessions(own, async () => home.worktrees.filter((other) => other !== own));
  home.worktrees.push(own);
  const locks = createLocks({
    objects: { reader, writer },
    refs,
    remote: null,
    clock,
    ids,
    random,
    clone,
    files,
    hash,
    policyAt: (tip) => readLockPolicy({ reader, branch }, tip),
    author: PERSON,
    operationId: () => operationId({ clock: nextClock(clock.now(), 0), clone, unique: ids.record() }),
  });
  const moveTo = async (tree: Oid): Promise<void> => {
    const parent = refs.get(BRANCH);
    const parents = parent === undefined ? [] : [parent];
    const commit = {
      tree,
      parents,
      message: 'by hand\n',
      author: PERSON,
      at: Math.floor(clock.now() / 1000),
    };
    refs.put(BRANCH, await writer.commit(commit));
  };
  const unused = async (): Promise<never> => {
    throw new Error('a workspace in memory has none of this');
  };

  return {
    paths: {
      gitDir: `/r/.git${name === 'main' ? '' : `/worktrees/${name}`}`,
      commonDir: '/r/.git',
      workTree: `/${name}`,
    },
    settings: {
      remote: null,
      branch: BRANCH,
      networkBudget: 1000,
      publish: 'manual',
      view: null,
      notes: false,
      sign: false,
    },
    clone,
    branch,
    remote: null,
    objects: { reader, writer, history, memory: objects },
    code: {
      head: async () => checkout,
      range: async (_range, limit) => checkout.range.slice(0, limit),
      details: async (oids) => checkout.details.filter(({ oid }) => oids.includes(oid)),
    },
    sessions,
    files: async () => ({
      save: async ({ id, name }) => `/files/${id}/${name}`,
      removeBefore: async () => {},
    }),
    clock,
    ids,
    random,
    hash,
    checkout,
    locks: async () => locks,
    publisher: openPublisher(home.files, { self: () => ({ pid: 1, startedAt: '' }), isAlive: () => false }),
    sync: async () => null,
    review: async () => ({
      resolve: unused,
      commits: unused,
      unmerged: unused,
      lockChains: unused,
      patchIds: async () => new Map(),
      combinedPatchId: async () => null,
    }),
    notes: async () => ({ refs, fetch: async () => null }),
    firstContact: unused,
    userConfig: unused,
    hooks: unused,
    inspection: unused,
    refusals: async () => [],
    probe: async () => null,
    audit: async () => ({ code: auditOf({ reader, refs }), scratch: { reader, writer } }),
    pushFenced: unused,
    removeRemoteRefs: unused,
    identify: (explicit) =>
      identify({
        explicit,
        environment: undefined,
        configured: agent ?? undefined,
        person: 'Test Person',
        sessions,
      }),
    close: async () => {},
    worktree: (other) => openWorkspace(home, other, agent),
    async commitByHand(...changes) {
      const { editTree } = await import('../../src/store/edit-tree.ts');
      const tip = await reader.commit(BRANCH);
      await moveTo(await editTree({ reader, writer }, tip?.tree ?? null, changes));
    },
    forceTree: async (entries) => moveTo(await writer.tree(entries)),
    async file(path) {
      const bytes = await (await branch.snapshot()).read(path);
      return bytes === null ? null : Buffer.from(bytes).toString('utf8');
    },
    async filesBelow(folder) {
      const found: string[] = [];
      for await (const { path } of (await branch.snapshot()).walk(folder)) found.push(path);
      return found;
    },
    async subjects() {
      const found: string[] = [];
      for (let oid = refs.get(BRANCH); oid !== undefined; ) {
        const commit = await reader.commit(oid);
        found.push(commit?.message.split('\n')[0] ?? '');
        oid = commit?.parents[0];
      }
      return found;
    },
  };
}

export const agentName = (name: string): AgentName => name as AgentName;

/** Of what a check asks of the repository, that which is in memory. */
function auditOf({ reader, refs }: { readonly reader: ObjectReader; readonly refs: MemoryRefs }): CodeAudit {
  const unasked = async (): Promise<never> => {
    throw new Error('a repository in memory tells nothing of code');
  };
  const listBelow = async (tree: Oid, path: string): Promise<readonly ListedEntry[]> => {
    const listed = (await reader.tree(tree)) ?? [];
    const found = listed.map(async ({ name, mode, oid }) => {
      if (mode === '40000') return listBelow(oid, `${path}${name}/`);
      const size = mode === '160000' ? 0 : ((await reader.blob(oid))?.length ?? 0);
      return [{ path: `${path}${name}`, mode, oid, size }];
    });
    return (await Promise.all(found)).flat();
  };
  return {
    resolveRange: unasked,
    commits: unasked,
    lockedCommits: unasked,
    arrived: unasked,
    chains: unasked,
    changedPaths: unasked,
    roots: unasked,
    merges: unasked,
    signatures: unasked,
    entries: async (commit) => listBelow((await reader.commit(commit))?.tree ?? commit, ''),
    refs: (patterns) => refs.read(patterns),
  };
}
