import type { ChainLink, CodeAudit, ListedEntry } from '../domain/code-audit.ts';
import { AgentOsError } from '../domain/errors.ts';
import { isOid, type Oid, quoted } from '../domain/names.ts';
import type { ObjectReader, RepositoryPaths, TreeMode } from '../domain/ports.ts';
import { listCommits } from './commit-listing.ts';
import { ensureCommit, ensureRange, ensureWhole, howToFetch, readShallow } from './deepen.ts';
import { openLocalRefs } from './local-refs.ts';
import { expectGit } from './process.ts';
import { remoteGit, startBudget, unreachable } from './remote-git.ts';
import { placeOf } from './repository.ts';
import { resolveCommits } from './revisions.ts';
import { readSignatures } from './signatures.ts';

interface AuditOptions {
  readonly paths: RepositoryPaths;
  readonly reader: ObjectReader;
  /** A configured remote, from which what is missing is fetched; null: nothing is fetched. */
  readonly remote: string | null;
  /** Milliseconds for one fetch. */
  readonly budget: number;
  /** `core.sshCommand`. */
  readonly sshCommand: string | null;
  /** Of the quarantine in which a hook sees what is pushed. */
  readonly variables?: NodeJS.ProcessEnv;
}

const LOCKED = ['--grep=^agent-os-lock', '--regexp-ignore-case', '--basic-regexp'] as const;

/** See the port. What people type as a revision reaches git on standard input only. */
export function openCodeAudit(options: AuditOptions): CodeAudit {
  const { paths, reader, remote, budget, sshCommand, variables = {} } = options;
  const place = { ...placeOf(paths), variables };
  const source = {
    paths,
    reader,
    remote: remote === null ? null : { name: remote, git: remoteGit(paths, remote, sshCommand) },
    budget: () => startBudget(budget),
  };
  const local = openLocalRefs(paths);

  async function resolve(revision: string): Promise<Oid | null> {
    if (/^(?:0{40}|0{64})$/.test(revision)) return remoteHead();
    if (isOid(revision)) {
      await ensureCommit(source, revision);
      return revision;
    }
    return (await resolveCommits(place, [revision]))[0] ?? null;
  }

  /** What hosts give as the base of a new branch is zeros: then all that the default branch lacks is new. */
  async function remoteHead(): Promise<Oid | null> {
    if (source.remote === null) return null;
    const listed = await source.remote.git.head(source.budget());
    if (listed.exitCode !== 0) throw unreachable(source.remote.name, listed);
    const oid = listed.stdout.toString('latin1').slice(0, listed.stdout.indexOf('\t'));
    if (!isOid(oid)) return null;
    await ensureCommit(source, oid);
    return oid;
  }

  async function pick(range: string | null): Promise<{ readonly from: Oid; readonly to: Oid }> {
    if (range === null) {
      const to = await resolve('HEAD');
      const bases = ['@{upstream}', ...(remote === null ? [] : [`refs/remotes/${remote}/HEAD`])];
      for (const base of bases) {
        const from = await resolve(base);
        if (from !== null && to !== null) return { from, to };
      }
      throw badRange('no range was given, and this branch has no upstream');
    }
    const [, first, last] = /^(.*?)\.\.(?!\.)(.*)$/.exec(range) ?? [];
    if (first === undefined || last === undefined)
      throw badRange(`${quoted(range)} is not a range of commits`);
    const [from, to] = [await resolve(first || 'HEAD'), await resolve(last || 'HEAD')];
    if (from === null) throw await noCommit(`${quoted(range)} begins at ${quoted(first)}`);
    if (to === null) throw await noCommit(`${quoted(range)} ends at ${quoted(last)}`);
    return { from, to };
  }

  /** In a clone that is cut off, `HEAD~1` may exist all the same. */
  async function noCommit(problem: string): Promise<AgentOsError> {
    const isCutOff = (await readShallow(paths)).size > 0;
    if (!isCutOff) return badRange(`${problem}, which names no commit`);
    return new AgentOsError('CANNOT_VERIFY', `${problem}, which names no commit in this shallow clone`, {
      hint: howToFetch(remote),
    });
  }

  const walkRoots = async (tip: Oid): Promise<readonly Oid[]> => {
    const args = ['rev-list', '--max-parents=0', '--stdin'];
    const walked = await expectGit({ ...place, args, input: `${tip}\n` });
    return walked.toString('latin1').split('\n').filter(isOid);
  };

  return {
    async resolveRange(range) {
      const ends = await pick(range);
      await ensureRange(source, ends);
      return ends;
    },
    commits: ({ from, to }) => listCommits(place, [to, `^${from}`]),
    lockedCommits: ({ from, to }) => listCommits(place, [to, `^${from}`], LOCKED),
    async arrived(tips, { locked, known }) {
      if (tips.length === 0) return [];
      const options = locked ? LOCKED : [];
      return known === undefined
        ? listCommits(place, tips, [...options, '--not', '--all'])
        : listCommits(place, [...tips, ...known.map((oid) => `^${oid}`)], options);
    },
    async chains(tips) {
      if (tips.length === 0) return [];
      const options = ['--topo-order', '--no-commit-header', '--encoding=UTF-8', '--format=%H%x00%P%x00%s'];
      const input = `${tips.join('\n')}\n`;
      const walked = await expectGit({ ...place, args: ['rev-list', ...options, '--stdin'], input });
      return walked.toString('utf8').split('\n').slice(0, -1).map(parseLink);
    },
    async entries(commit) {
      const listed = await expectGit({
        ...place,
        args: ['ls-tree', '-r', '-l', '-z', '--full-tree', commit],
      });
      return listed.toString('utf8').split('\0').slice(0, -1).flatMap(parseEntry);
    },
    async changedPaths(from, to) {
      const options = ['-r', '-z', '--name-only', '--no-renames', '--no-commit-id'];
      const listed = await expectGit({ ...place, args: ['diff-tree', ...options, from, to] });
      return listed.toString('utf8').split('\0').slice(0, -1);
    },
    async roots(branch, tip) {
      const roots = await walkRoots(tip);
      return (await ensureWhole(source, branch, roots)) ? roots : walkRoots(tip);
    },
    async merges({ tip, without }, limit) {
      const input = `${[tip, ...without.map((oid) => `^${oid}`)].join('\n')}\n`;
      const args = ['rev-list', '--merges', ...(limit === null ? [] : [`--max-count=${limit}`]), '--stdin'];
      return (await expectGit({ ...place, args, input })).toString('latin1').split('\n').filter(isOid);
    },
    signatures: ({ tips, without, walk }, allowedSigners) =>
      readSignatures(place, [...tips, ...without.map((oid) => `^${oid}`)], { walk, allowedSigners }),
    refs: (patterns) => local.read(patterns),
  };
}

function parseLink(line: string): ChainLink {
  const [oid = '', parents = '', subject = ''] = line.split('\0');
  return { oid: oid as Oid, parents: parents === '' ? [] : (parents.split(' ') as Oid[]), subject };
}

/** `<mode> <type> <oid> <size or -> TAB <path>` */
function parseEntry(line: string): ListedEntry[] {
  const [, mode, oid, size, path] = /^(\d{6}) \w+ ([0-9a-f]+) +(\d+|-)\t(.*)$/s.exec(line) ?? [];
  if (mode === undefined || oid === undefined || path === undefined) return [];
  return [{ path, mode: mode as TreeMode, oid: oid as Oid, size: size === '-' ? 0 : Number(size) }];
}

function badRange(problem: string): AgentOsError {
  return new AgentOsError('BAD_VALUE', problem, { hint: 'Give two revisions, for example main..HEAD.' });
}
