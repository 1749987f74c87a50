import { canonicalJson } from '../canonical-json.ts';
import { checkVersion } from '../codec.ts';
import type { CloneId, RecordId } from '../names.ts';
import { operationId } from '../operation.ts';
import { KINDS, parseSchemaId } from '../schema/kinds.ts';
import { broken, isYamlMap, parseNodes, toValue, type YamlMap } from '../yaml.ts';
import { collectComments } from './comments.ts';
import { ROOT } from './pointer.ts';
import { reconcile, type Signer } from './reconcile.ts';
import { type DocumentState, draftOf, largestClock, write } from './registers.ts';
import { documentKind, renderPlain } from './render.ts';
import { viewDocument } from './view.ts';

/** A cryptographic hash of text, as at least 40 lower-case hexadecimal digits. */
export type Hash = (text: string) => string;

/**
 * Turn the difference between what the registers render and the plain file into writes. Their operation ids follow
 * from the document alone (its next clock; a hash of that, path, pointer and value), so two clones that find one edit
 * write the same thing. The clock is in the hash as who has seen one operation of a clone has seen those before it.
 * @throws AgentOsError RECORD_BROKEN
 */
export function ingestPlain(
  base: DocumentState,
  plain: { readonly text: string; readonly path: string },
  hash: Hash,
): { readonly state: DocumentState; readonly count: number } {
  const { text, path } = plain;
  const rendered = renderPlain(base, path);
  if (text === rendered) return { state: base, count: 0 };
  const nodes = parseNodes(text, path);
  const value = toValue(nodes.contents);
  if (!isYamlMap(value)) throw broken(path, null, 'is not a map');
  const version = Math.max(base.version, statedVersion(value, path));
  delete value['schema'];

  const draft = draftOf(base);
  const sign = handSigner(base, path, hash);
  reconcile({ draft, sign, rewrite: false }, ROOT, viewDocument(base).view, value);
  const state = { ...base, ...draft, version };

  const before = collectComments(parseNodes(rendered, path), viewDocument(base).view);
  const after = collectComments(nodes, viewDocument(state).view);
  for (const pointer of new Set([...before.keys(), ...after.keys()])) {
    const comment = after.get(pointer);
    if (comment !== before.get(pointer)) write(draft, pointer, sign(pointer, comment, 0), comment);
  }
  const changed = [...draft.registers].filter(([pointer, writes]) => writes !== base.registers.get(pointer));
  return { state, count: changed.length };
}

function handSigner(base: DocumentState, path: string, hash: Hash): Signer {
  const next = largestClock(base) + 1;
  return (pointer, value, ordinal) => {
    const clock = next + ordinal;
    const digest = hash(
      ['hand edit', path, pointer, value === undefined ? '' : canonicalJson(value), clock].join('\n'),
    );
    const clone = digest.slice(0, 16) as CloneId;
    const unique = `0${digest.slice(0, 25).toUpperCase()}` as RecordId;
    return { op: operationId({ clock, clone, unique }) };
  };
}

/** What people write need not say its schema; what says that it is something else is broken. */
function statedVersion(value: YamlMap, path: string): number {
  if (value['schema'] === undefined) return 1;
  const kind = documentKind(path);
  const id = parseSchemaId(value['schema']);
  if (id?.kind !== kind || id.version <= KINDS[kind].version) checkVersion(kind, value, path);
  return id?.version ?? 1;
}
