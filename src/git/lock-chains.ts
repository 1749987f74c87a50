import { readForeignEnd } from '../domain/locks/lock-note.ts';
import { LOCAL_LOCKS_PREFIX, LOCKS_PREFIX } from '../domain/locks/lock-ref.ts';
import type { Oid } from '../domain/names.ts';
import type { RepositoryPaths } from '../domain/ports.ts';
import type { LockChain, LockStep } from '../domain/report/code-review.ts';
import { openLocalRefs } from './local-refs.ts';
import { expectGit } from './process.ts';
import { placeOf } from './repository.ts';

const FORMAT = '--format=%H%x00%P%x00%ct%x00%s%x00%b%x00';
/** So many records are read in all: beyond that, the oldest are left out. */
const RECORDS = 20_000;

/** As CodeReview.lockChains: one git for all their records together. */
export async function readLockChains(
  paths: RepositoryPaths,
  remote: string | null,
  since: number,
): Promise<readonly LockChain[]> {
  const mirror = remote === null ? null : `refs/agent-os/remote/${remote}/locks/`;
  const scopes = [
    ...(mirror === null ? [] : [{ prefix: mirror, scope: 'remote' as const }]),
    { prefix: LOCKS_PREFIX, scope: 'local' as const },
    { prefix: LOCAL_LOCKS_PREFIX, scope: 'local' as const },
  ];
  const found = await openLocalRefs(paths).read(scopes.map(({ prefix }) => prefix));
  const tips = [...found].map(([ref, tip]) => ({ ref, tip }));
  if (tips.length === 0) return [];

  const seconds = Math.floor(since / 1000);
  const walk = ['rev-list', '--no-commit-header', '--encoding=UTF-8', FORMAT, `--max-count=${RECORDS}`];
  const input = tips.map(({ tip }) => `${tip}\n`).join('');
  const options = [`--since=@${Math.max(0, seconds)}`, '--stdin'];
  const walked = await expectGit({ ...placeOf(paths), args: [...walk, ...options], input });
  const steps = parseSteps(walked.toString('utf8'));
  return tips.map(({ tip, ref }) => ({
    ref,
    scope: scopes.find(({ prefix }) => ref.startsWith(prefix))?.scope ?? 'local',
    steps: follow(tip, steps),
  }));
}

interface Parsed extends LockStep {
  readonly parent: Oid | undefined;
}

function parseSteps(text: string): ReadonlyMap<Oid, Parsed> {
  const records = text.split('\0\n').slice(0, -1);
  return new Map(
    records.map((record) => {
      const [oid = '', parents = '', seconds, subject = '', body = ''] = record.split('\0');
      const parent = parents.split(' ')[0] as Oid | undefined;
      return [
        oid as Oid,
        { oid: oid as Oid, parent, at: Number(seconds) * 1000, subject, foreignEnd: readForeignEnd(body) },
      ];
    }),
  );
}

/** From the tip to the oldest that was read; oldest first. */
function follow(tip: Oid, steps: ReadonlyMap<Oid, Parsed>): readonly LockStep[] {
  const chain: LockStep[] = [];
  const seen = new Set<Oid>();
  for (let step = steps.get(tip); step !== undefined && !seen.has(step.oid); ) {
    seen.add(step.oid);
    const { parent, ...shown } = step;
    chain.push(shown);
    step = parent === undefined ? undefined : steps.get(parent);
  }
  return chain.reverse();
}
