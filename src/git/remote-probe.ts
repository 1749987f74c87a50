import type { CloneId, Oid, RefName } from '../domain/names.ts';
import type { ObjectWriter, RepositoryPaths } from '../domain/ports.ts';
import { type PushReport, readPush } from './push-outcome.ts';
import { parseRefLines } from './ref-lines.ts';
import { assertNoMirror, remoteGit, startBudget, unreachable } from './remote-git.ts';

interface ProbeOptions {
  readonly paths: RepositoryPaths;
  /** A configured remote. */
  readonly remote: string;
  readonly clone: CloneId;
  readonly writer: ObjectWriter;
  /** Milliseconds for all of it. */
  readonly budget: number;
  /** `core.sshCommand`. */
  readonly sshCommand: string | null;
}

interface Probed {
  readonly customRefs: boolean;
  readonly atomic: boolean;
  readonly lease: boolean;
  readonly delete: boolean;
  readonly reasons: readonly string[];
}

/**
 * Try out what a remote allows, on two refs of this clone's own under `refs/agent-os/probe/`, and remove them again.
 * 1. Both in one atomic push, leased on what they are: custom refs and atomic pushes work.
 * 2. If not, one of them alone: only atomic pushes do not work.
 * 3. A wrong lease, which must be rejected.
 * 4. Removal.
 * @throws AgentOsError REMOTE_UNREACHABLE, UNSUPPORTED_REPOSITORY
 */
export async function probeRemote(options: ProbeOptions): Promise<Probed> {
  const { remote, clone } = options;
  const git = remoteGit(options.paths, remote, options.sshCommand);
  const budget = startBudget(options.budget);
  const refs = ['a', 'b'].map((name) => `refs/agent-os/probe/${clone}/${name}` as RefName);
  const [first = ''] = refs;
  const probes = await writeProbes(options.writer);
  const reasons: string[] = [];

  const listed = await git.list([`refs/agent-os/probe/${clone}/*`], budget);
  if (listed.exitCode !== 0) throw unreachable(remote, listed);
  const present: Map<string, Oid> = parseRefLines(listed.stdout.toString('utf8'));

  const push = async (moved: readonly string[], change: { to: Oid | ''; flags?: string[]; lease?: Oid }) => {
    const leases = moved.map((ref) => `--force-with-lease=${ref}:${change.lease ?? present.get(ref) ?? ''}`);
    const refspecs = moved.map((ref) => `${change.to}:${ref}`);
    const result = await git.push({ options: [...(change.flags ?? []), ...leases], refspecs }, budget);
    assertNoMirror(remote, result.stderr);
    if (result.timedOut) throw unreachable(remote, result);
    const report = readPush(result);
    const hasMoved = result.exitCode === 0 && moved.every((ref) => isMoved(report, ref));
    for (const ref of hasMoved ? moved : []) {
      if (change.to === '') present.delete(ref);
      else present.set(ref, change.to);
    }
    return { hasMoved, words: wordsOf(report) };
  };
  const accepts = async (...[moved, change]: Parameters<typeof push>): Promise<boolean> => {
    const { hasMoved, words } = await push(moved, change);
    if (!hasMoved && words !== '' && !reasons.includes(words)) reasons.push(words);
    return hasMoved;
  };

  const [before] = present.values();
  const [now, next] = before === probes[0] ? [probes[1], probes[0]] : probes;
  const atomic = await accepts(refs, { to: now, flags: ['--atomic'] });
  const customRefs = atomic || (await accepts([first], { to: now }));
  const lease = customRefs && !(await push([first], { to: next, lease: next })).hasMoved;
  const left = refs.filter((ref) => present.has(ref));
  return { customRefs, atomic, lease, delete: customRefs && (await accepts(left, { to: '' })), reasons };
}

/** Two different commits, the same in every clone. */
async function writeProbes(writer: ObjectWriter): Promise<readonly [Oid, Oid]> {
  const tree = await writer.tree([]);
  const author = { name: 'agent-os', email: 'agent-os@agent-os.invalid' };
  const write = (message: string) => writer.commit({ tree, parents: [], message, author, at: 0 });
  return [await write('probe 1\n'), await write('probe 2\n')];
}

function isMoved(report: PushReport, ref: string): boolean {
  return report.verdicts.get(ref as RefName)?.status === 'moved';
}

function wordsOf(report: PushReport): string {
  for (const verdict of report.verdicts.values()) {
    if (verdict.status === 'declined') return verdict.reason;
  }
  return report.words;
}
