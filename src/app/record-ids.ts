import { AgentOsError } from '../domain/errors.ts';
import { quoted, type RecordId } from '../domain/names.ts';

/** What an id may be abbreviated to: four characters or more, in either case. */
const PREFIX = /^[0-7][0-9A-HJKMNP-TV-Z]{3,25}$/;

/** @throws AgentOsError BAD_VALUE */
export function parseIdPrefix(text: string): string {
  const prefix = text.toUpperCase();
  if (PREFIX.test(prefix)) return prefix;
  throw new AgentOsError('BAD_VALUE', `${quoted(text)} is not an id`, {
    hint: 'Give the 26 characters of an id, or at least its first four.',
  });
}

/**
 * The one thing whose id begins with `prefix`.
 * @param what - names the kind in the error, for example `message of go-backend`
 * @throws AgentOsError BAD_VALUE, NOT_FOUND, AMBIGUOUS
 */
export function pickByPrefix<T extends { readonly id: RecordId }>(
  candidates: Iterable<T>,
  prefix: string,
  what: string,
): T {
  const wanted = parseIdPrefix(prefix);
  const found = [...candidates].filter(({ id }) => id.startsWith(wanted));
  const [only] = found;
  if (only === undefined) {
    throw new AgentOsError('NOT_FOUND', `there is no ${what} with the id ${wanted}`, {
      data: { id: wanted },
    });
  }
  if (found.length === 1) return only;
  throw new AgentOsError('AMBIGUOUS', `the id ${wanted} fits ${found.length} of them: ${describe(found)}`, {
    hint: 'Give more characters of the id.',
    data: { id: wanted, ids: found.slice(0, 20).map(({ id }) => id) },
  });
}

function describe(found: readonly { readonly id: RecordId }[]): string {
  const ids = found.slice(0, 3).map(({ id }) => id);
  return `${ids.join(', ')}${found.length > 3 ? ', …' : ''}`;
}
