import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { AgentOsError } from '../domain/errors.ts';
import { blockingLock } from '../domain/host-words.ts';
import { type Oid, parseRefName, type RefName } from '../domain/names.ts';
import type { RefEdit, RefStore, RepositoryPaths, TransactionOutcome } from '../domain/ports.ts';
import { assertNotCheckedOut } from './checkouts.ts';
import { isDiskFull } from './loose-object.ts';
import { expectGit, type GitResult, runGit } from './process.ts';
import { readRefFiles } from './ref-files.ts';
import { parseRefLines, selectRefs } from './ref-lines.ts';
import { placeOf } from './repository.ts';

interface LocalRefsOptions {
  /** Whether the user's `reference-transaction` hook has a say; not for mirrors of a remote. Default: yes. */
  readonly hooks?: boolean;
}

const ATTEMPTS = 3;
const PAUSE = 100;

/** No reflog: it would need an identity, and the history is in the refs themselves. */
const NO_REFLOG = { 'core.logAllRefUpdates': 'false' } as const;
const NO_HOOKS = { 'core.hooksPath': '/dev/null' } as const;

/**
 * The refs of this repository, moved by `git update-ref --stdin`: git compares each old value while it holds that
 * ref's lock, so this is safe across processes and worktrees.
 */
export function openLocalRefs(paths: RepositoryPaths, { hooks = true }: LocalRefsOptions = {}): RefStore {
  const place = placeOf(paths);

  const read: RefStore['read'] = async (patterns) => {
    if (patterns.length === 0) return new Map();
    const fromFiles = readRefFiles(paths.commonDir, patterns.map(checked));
    if (fromFiles !== null) return fromFiles;
    const format = '--format=%(objectname) %(refname)';
    const listed = await expectGit({
      ...place,
      args: ['for-each-ref', format, '--', ...patterns],
    });
    return selectRefs(parseRefLines(listed.toString('utf8')), patterns);
  };

  const transact = async (edits: readonly RefEdit[]): Promise<TransactionOutcome> => {
    if (edits.length === 0) return { status: 'done' };
    for (const { ref } of edits) if (ref.startsWith('refs/heads/')) await assertNotCheckedOut(paths, ref);
    let result: GitResult | null = null;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      if (attempt > 1) await sleep(PAUSE); // git has waited for the lock file by itself: this is for what is left
      const pins = hooks ? NO_REFLOG : { ...NO_REFLOG, ...NO_HOOKS };
      result = await runGit({
        ...place,
        args: ['update-ref', '--stdin', '-z'],
        pins,
        input: transaction(edits),
      });
      if (result.exitCode === 0) return { status: 'done' };
      const settled = await settle(edits, result);
      if (settled !== null) return settled;
    }
    throw lockedRef(result?.stderr ?? '');
  };

  /** What a failed transaction means, by the refs as they are now; null: a lock file was in the way, try again. */
  const settle = async (edits: readonly RefEdit[], { stderr, ...result }: GitResult) => {
    const reason = stderr.trim().replace(/^fatal: (prepare: |commit: )?/, '');
    const refs = await read(edits.map(({ ref }) => ref));
    const present = ({ ref }: RefEdit): Oid | null => refs.get(ref) ?? null;
    if (result.exitCode === null && edits.some((edit) => present(edit) === edit.to)) {
      const all = edits.every((edit) => present(edit) === edit.to);
      return all ? DONE : unknown(`git was ended while it moved the refs`);
    }
    const unexpected = edits.filter((edit) => present(edit) !== edit.expect);
    if (unexpected.length > 0) {
      return { status: 'lost', found: new Map(unexpected.map((edit) => [edit.ref, present(edit)])) } as const;
    }
    if (blockingLock(stderr) !== null) return null;
    if (isDiskFull(stderr)) {
      throw new AgentOsError('DISK_FULL', `the refs cannot be written: ${reason}`, {
        hint: 'Make room on the disk, or see who may write there.',
      });
    }
    return { status: 'refused', reason: reason === '' ? 'git update-ref was ended' : reason } as const;
  };

  return { read, transact };
}

const DONE = { status: 'done' } as const;

function unknown(reason: string): TransactionOutcome {
  return { status: 'unknown', reason };
}

/** `update SP <ref> NUL <new> NUL <old> NUL`, where zeros as the old value mean that the ref must not exist. */
function transaction(edits: readonly RefEdit[]): string {
  const lines = edits.map(({ ref, expect, to }) => {
    const old = expect ?? '0'.repeat(to.length);
    return `option no-deref\0update ${parseRefName(ref)}\0${to}\0${old}\0`;
  });
  return `start\0${lines.join('')}prepare\0commit\0`;
}

/** A pattern is a ref name, or one with `/` at its end. */
function checked(pattern: string): string {
  parseRefName(pattern.endsWith('/') ? `${pattern}x` : pattern);
  return pattern;
}

/**
 * Drop a mirror's ref if it still has the value.
 * @throws AgentOsError GIT_FAILED
 */
export async function dropRef(paths: RepositoryPaths, ref: RefName, expect: Oid): Promise<void> {
  await expectGit({
    ...placeOf(paths),
    args: ['update-ref', '--no-deref', '-d', ref, expect],
    pins: NO_HOOKS,
  });
}

/** Which file stands in the way, and how old it is. */
export function lockedRef(stderr: string): AgentOsError {
  const file = blockingLock(stderr) ?? '';
  const writtenAt = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  const seconds = writtenAt === undefined ? null : Math.max(0, Math.round((Date.now() - writtenAt) / 1000));
  const age = seconds === null ? 'which is gone by now' : `written ${seconds} s ago`;
  return new AgentOsError('REF_LOCKED', `the lock file ${file}, ${age}, stands in the way of a ref update`, {
    hint: `If no git is running in this repository, remove it: rm '${file}'`,
    data: { file, ageSeconds: seconds },
  });
}
