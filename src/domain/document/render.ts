import { capSize, schemaLine } from '../codec.ts';
import { classify, stampsPath } from '../layout.ts';
import { fieldOrder, type Kind, schemaId } from '../schema/kinds.ts';
import { formatNodes, newDocument, toNode, type YamlMap } from '../yaml.ts';
import { type Comments, placeComments } from './comments.ts';
import { commentPointer, parsePointer, ROOT } from './pointer.ts';
import { type DocumentState, readRegister } from './registers.ts';
import { formatStamps } from './stamps-file.ts';
import { viewDocument, viewValue } from './view.ts';

/**
 * Both files of a document, in canonical form: loading them again gives the same state and no hand edits.
 * @throws AgentOsError TOO_LARGE when one of them could not be read again
 */
export function renderDocument(
  state: DocumentState,
  path: string,
): { readonly plain: string; readonly stamps: string } {
  const { plain, stamps } = formatDocument(state, path);
  return { plain: capSize(plain, path), stamps: capSize(stamps, stampsPath(path)) };
}

/** As renderDocument, but of any size: merges never fail. */
export function formatDocument(
  state: DocumentState,
  path: string,
): { readonly plain: string; readonly stamps: string } {
  return { plain: renderPlain(state, path), stamps: formatStamps(state) };
}

/** The plain file alone. */
export function renderPlain(state: DocumentState, path: string): string {
  const kind = documentKind(path);
  const comments = commentsOf(state);
  const nodes = newDocument(toNode(documentValue(state, path), fieldOrder(kind)));
  placeComments(nodes, viewDocument(state).view, comments);
  const header = comments.get(commentPointer(ROOT, 'before'));
  const top = header === undefined ? '' : `${header.replace(/^/gm, '#')}\n`;
  return `${schemaLine(kind, state.version)}\n${top}${formatNodes(nodes)}`;
}

/** What a document shows, as a plain value with `schema`. */
function documentValue(state: DocumentState, path: string): YamlMap {
  const fields = viewValue(viewDocument(state).view) as YamlMap;
  fields['schema'] = schemaId(documentKind(path), state.version);
  return fields;
}

/** The kind of a register document; files of state/ that have no schema of their own are project state. */
export function documentKind(path: string): Kind {
  const { kind } = classify(path);
  return kind === 'config' || kind === 'card' || kind === 'roadmap' ? kind : 'state';
}

function commentsOf(state: DocumentState): Comments {
  const comments: Comments = new Map();
  for (const pointer of state.registers.keys()) {
    const text = readRegister(state, pointer);
    if (parsePointer(pointer).at(-1)?.kind === 'comment' && typeof text === 'string')
      comments.set(pointer, text);
  }
  return comments;
}
