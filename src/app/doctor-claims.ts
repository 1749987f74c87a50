import type { ClaimsProblem, Locks } from '../store/locks/locks.ts';
import { type Check, fail, warn } from './doctor-check.ts';

/** Tables of claims that are gone, cannot be read, or lack what is locked; nothing when all is well. */
export async function checkClaims(locks: Pick<Locks, 'examineClaims'>): Promise<readonly Check[]> {
  return (await locks.examineClaims()).map(describe);
}

const ANEW = 'Nothing to do: the next `agent-os lock … --paths` makes it anew from the locks that are held.';

function describe({ ref, oid, kind, problem, resources }: ClaimsProblem): Check {
  const names = resources.join(', ');
  const data = { ref, oid, kind, resources };
  switch (kind) {
    case 'missing':
      return warn('claims', `${ref} is gone, although paths are locked (${names}): somebody removed it`, {
        fix: `${ANEW} A \`git push --mirror\` or \`--prune\` removes it.`,
        data,
      });
    case 'broken':
      return warn('claims', `${ref} cannot be read: ${problem}`, { fix: ANEW, data });
    case 'too-new':
      return fail('claims', `${ref} cannot be read: ${problem}`, { fix: 'Update agent-os.', data });
    case 'incomplete':
      return fail(
        'claims',
        `${ref} does not list all paths that are locked (${names}): others can lock them, too`,
        {
          fix: `Whoever holds them: agent-os unlock ${names.replaceAll(',', '')}, then lock again`,
          data,
        },
      );
  }
}
