import { AgentOsError } from '../errors.ts';
import { quoted } from '../names.ts';

/** Keys and list indexes from a document's root down. */
export type DottedPath = readonly string[];

/**
 * A path as people type it: `critical_context.current_focus`, `items[0].title` (or `items.0.title`), a leading dot as
 * in jq allowed. A key with dots or brackets goes into double quotes, with `\"` and `\\` for those two, or has a
 * backslash before each. The empty path is the whole document.
 * @throws AgentOsError BAD_VALUE
 */
export function parseDottedPath(text: string): DottedPath {
  const path: string[] = [];
  let rest = text.startsWith('.') ? text.slice(1) : text;
  while (rest !== '') {
    const match = /^(?:"((?:[^"\\]|\\["\\])*)"|\[(\d{1,9})\]|((?:[^."[\]\\]|\\.)+))(\.(?!$)|(?=\[)|$)/s.exec(
      rest,
    );
    if (match === null) {
      throw new AgentOsError('BAD_VALUE', `${quoted(text)} is not a path of keys, at ${quoted(rest)}`, {
        hint: 'Write keys with dots between, for example critical_context.current_focus or items[0]."a.b".',
      });
    }
    const [whole, inQuotes, index, bare] = match;
    path.push(index ?? (inQuotes ?? bare ?? '').replace(/\\(.)/gs, '$1'));
    rest = rest.slice(whole.length);
  }
  return path;
}

/** The shortest text that parseDottedPath reads as this path. */
export function formatPath(path: DottedPath): string {
  return path
    .map((key) => (/^[^."[\]\\]+$/.test(key) ? key : `"${key.replace(/["\\]/g, '\\$&')}"`))
    .join('.');
}
