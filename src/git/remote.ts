import { setTimeout as sleep } from 'node:timers/promises';
import { AgentOsError } from '../domain/errors.ts';
import { blockingLock } from '../domain/host-words.ts';
import { type Oid, parseRefName, parseRemoteName, type RefName } from '../domain/names.ts';
import type { RefStore, Remote, RepositoryPaths } from '../domain/ports.ts';
import { dropRef, lockedRef, openLocalRefs } from './local-refs.ts';
import { isDiskFull } from './loose-object.ts';
import type { GitResult } from './process.ts';
import { hostWords } from './push-outcome.ts';
import { parseRefLines, selectRefs } from './ref-lines.ts';
import { type Budget, remoteGit, startBudget, unreachable } from './remote-git.ts';
import { offerToRemote } from './remote-offer.ts';
import { mirrorLayout } from './remote-refs.ts';
import { transactOnRemote } from './remote-transaction.ts';

interface RemoteOptions {
  readonly paths: RepositoryPaths;
  /** A configured remote. */
  readonly name: string;
  /** The branch's ref, on the remote as here. */
  readonly branch: RefName;
  /** Milliseconds for one call. */
  readonly budget: number;
  /** `core.sshCommand`. */
  readonly sshCommand: string | null;
}

const FETCH_ATTEMPTS = 20;
const PAUSE = 50;

/** A remote through git itself: see the port. */
export function openRemote({ paths, name, branch, budget: milliseconds, sshCommand }: RemoteOptions): Remote {
  const layout = mirrorLayout(parseRemoteName(name), parseRefName(branch));
  const git = remoteGit(paths, name, sshCommand);
  const local = openLocalRefs(paths, { hooks: false });

  /** Moves of the mirror that are under way: a push is answered while they are, and whoever reads waits for them. */
  let moving: Promise<unknown> = Promise.resolve();
  const readLocal = async (patterns: readonly string[]) => {
    await moving;
    return local.read(patterns);
  };

  const readMirror = async () => layout.toMirror(await readLocal([layout.prefix]));

  const readRemote = async (patterns: readonly string[], budget: Budget) => {
    if (patterns.length === 0) return new Map<RefName, Oid>();
    const globs = patterns.map((pattern) => (pattern.endsWith('/') ? `${pattern}*` : pattern));
    const result = await git.list(globs, budget);
    if (result.exitCode !== 0) throw unreachable(name, result);
    return selectRefs(parseRefLines(result.stdout.toString('utf8')), patterns);
  };

  const readAgain = (edits: readonly { readonly ref: RefName }[], budget: Budget) =>
    readRemote(
      edits.map(({ ref }) => ref),
      budget,
    ).catch(() => null);

  /** The mirror's values from before a push, read while it runs. */
  const mirrorsOf = (refs: readonly { readonly ref: RefName }[]) => {
    const mirrors = refs.map(({ ref }) => layout.mirrorOf(ref)).filter((ref) => ref !== null);
    return readLocal(mirrors).catch(() => new Map<RefName, Oid>());
  };

  /** What moved on the remote moves in the mirror, unless a fetch was there first: then that is newer. */
  const moveMirror = (moved: readonly Move[], before: ReadonlyMap<RefName, Oid>): void => {
    const edits = moved.flatMap(({ ref, to }) => {
      const mirror = layout.mirrorOf(ref);
      const expect = mirror === null ? null : (before.get(mirror) ?? null);
      return mirror === null || expect === to ? [] : [{ ref: mirror, expect, to }];
    });
    const move = () => local.transact(edits).catch(() => {}); // the next fetch brings it
    moving = moving.then(move);
  };

  const transact: RefStore['transact'] = async (edits) => {
    if (edits.length === 0) return { status: 'done' };
    const budget = startBudget(milliseconds);
    const before = mirrorsOf(edits);
    const transaction = { remote: name, git, budget, edits, readAgain: () => readAgain(edits, budget) };
    const outcome = await transactOnRemote(transaction);
    if (outcome.status === 'done') moveMirror(edits, await before);
    return outcome;
  };

  const offer: Remote['offer'] = async (updates) => {
    if (updates.length === 0) return new Map();
    const budget = startBudget(milliseconds);
    const before = mirrorsOf(updates);
    const outcomes = await offerToRemote({
      remote: name,
      git,
      budget,
      updates,
      readAgain: () => readAgain(updates, budget),
      lastSeen: async (ref) => (await before).get(layout.mirrorOf(ref) ?? ref) ?? null,
    });
    const moved = updates.filter(({ ref }) => outcomes.get(ref)?.status === 'done');
    moveMirror(moved, await before);
    return outcomes;
  };

  const fetch: Remote['fetch'] = async () => {
    await moving;
    const budget = startBudget(milliseconds);
    let refspecs: readonly string[] = [layout.branchSpec, ...layout.otherSpecs];
    for (let attempt = 1; ; attempt++) {
      const result = await git.fetch(refspecs, budget);
      if (result.exitCode === 0) return readMirror();
      if (result.stderr.includes(`couldn't find remote ref ${branch}`)) {
        refspecs = layout.otherSpecs; // the remote has no branch yet, or no longer
        await forgetBranch();
      } else if (attempt < FETCH_ATTEMPTS && isRaceOfFetches(result))
        await sleep(Math.random() * PAUSE * attempt);
      else throw fetchError(name, result);
    }
  };

  const forgetBranch = async () => {
    const mirror = layout.mirrorOf(branch);
    if (mirror === null) return;
    const known = (await readLocal([mirror])).get(mirror);
    if (known !== undefined) await dropRef(paths, mirror, known);
  };

  return {
    name,
    readMirror,
    fetch,
    offer,
    refs: { transact, read: (patterns) => readRemote(patterns, startBudget(milliseconds)) },
  };
}

interface Move {
  readonly ref: RefName;
  readonly to: Oid;
}

/** Two fetches of this clone that move one mirror: git compares old values, and the second one tries again. */
function isRaceOfFetches({ timedOut, stderr }: GitResult): boolean {
  return (
    !timedOut &&
    /cannot lock ref|unable to update local ref|could not be updated|incorrect old value/.test(stderr)
  );
}

function fetchError(remote: string, result: GitResult): AgentOsError {
  if (blockingLock(result.stderr) !== null) return lockedRef(result.stderr);
  if (isRaceOfFetches(result)) {
    return new AgentOsError(
      'LOST_RACE',
      `other processes here fetched from ${remote} first, too often in a row`,
      {
        hint: 'Try again.',
      },
    );
  }
  if (!result.timedOut && isDiskFull(result.stderr) && !/publickey/.test(result.stderr)) {
    return new AgentOsError(
      'DISK_FULL',
      `what ${remote} has could not be stored: ${hostWords(result.stderr)}`,
      {
        hint: 'Make room on the disk, or see who may write there.',
      },
    );
  }
  return unreachable(remote, result);
}
