import type { Oid } from '../domain/names.ts';
import { expectGit, type GitPlace, runGit } from './process.ts';

/** One way to write a patch for all clones and for ever: a patch id is compared with one that another made. */
const DIFF = [
  ...[
    '--patch',
    '--unified=3',
    '--full-index',
    '--no-renames',
    '--no-color',
    '--no-ext-diff',
    '--no-textconv',
  ],
  ...['--diff-algorithm=myers', '--no-indent-heuristic', '--src-prefix=a/', '--dst-prefix=b/'],
];
const PINS = {
  'diff.ignoreSubmodules': 'none',
  'diff.orderFile': '/dev/null',
  'diff.suppressBlankEmpty': 'false',
  'diff.interHunkContext': '0',
  'diff.context': '3',
  'diff.submodule': 'short',
  'diff.relative': 'false',
};

/** Milliseconds for one git: diffs can be as large as the repository, and nobody waits for a guess. */
const TIMEOUT = 10_000;

/** As CodeReview.patchIds; merges have none. */
export async function readPatchIds(
  place: GitPlace,
  commits: readonly Oid[],
): Promise<ReadonlyMap<Oid, string>> {
  const here = await existing(place, commits);
  if (here.length === 0) return new Map();
  const patches = await expectGit({
    ...place,
    args: ['diff-tree', '--stdin', '--root', ...DIFF],
    input: here.map((oid) => `${oid}\n`).join(''),
    pins: PINS,
    timeout: TIMEOUT,
  });
  return new Map((await identify(place, patches)).map(([patch, oid]) => [oid as Oid, patch]));
}

/** As CodeReview.combinedPatchId. */
export async function readCombinedPatchId(place: GitPlace, from: Oid, to: Oid): Promise<string | null> {
  if ((await existing(place, [from, to])).length < 2) return null;
  const patch = await expectGit({
    ...place,
    args: ['diff-tree', '-r', ...DIFF, from, to],
    pins: PINS,
    timeout: TIMEOUT,
  });
  return (await identify(place, patch))[0]?.[0] ?? null;
}

async function existing(place: GitPlace, commits: readonly Oid[]): Promise<readonly Oid[]> {
  if (commits.length === 0) return [];
  const input = [...new Set(commits)].map((oid) => `${oid}\n`).join('');
  const { stdout } = await runGit({ ...place, args: ['cat-file', '--batch-check'], input });
  const lines = stdout.toString('utf8').split('\n');
  return lines.flatMap((line) => (/^([0-9a-f]+) commit /.exec(line)?.[1] ?? []) as Oid | never[]);
}

/** `<patch id> <oid>` for each patch. */
async function identify(place: GitPlace, patches: Buffer): Promise<readonly (readonly [string, string])[]> {
  const found = await expectGit({
    ...place,
    args: ['patch-id', '--stable'],
    input: patches,
    timeout: TIMEOUT,
  });
  return found
    .toString('latin1')
    .split('\n')
    .flatMap((line) => {
      const [patch, oid] = line.split(' ');
      return patch === undefined || oid === undefined ? [] : [[patch, oid] as const];
    });
}
