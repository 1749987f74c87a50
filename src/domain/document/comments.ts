import { type Document, isMap, isScalar, isSeq, type Node } from 'yaml';
import { keyText } from '../yaml.ts';
import { childPointer, commentPointer, itemPointer, type Pointer, ROOT } from './pointer.ts';
import type { View } from './view.ts';

/** Comments by comment pointer; text without `#`, several lines joined by newlines. */
export type Comments = Map<Pointer, string>;

const SCHEMA_LINE = /^ ?yaml-language-server:/;
const CONTROL = /[^\P{C}\t\n]/gu;

type Noted = Pick<Node, 'comment' | 'commentBefore'>;

interface Spot {
  readonly pointer: Pointer;
  /** Carries the comment above: a map's key, or a list's item. */
  readonly head: Noted;
  readonly value: Noted | null;
  /** The map whose own leading comment belongs to its first key. */
  readonly owner: Noted | null;
}

/** The comments of a parsed document, by the pointers of what the document shows. */
export function collectComments(document: Document.Parsed, view: View): Comments {
  const comments: Comments = new Map();
  const note = (pointer: Pointer, parts: readonly (string | null | undefined)[]) => {
    const lines = parts.flatMap((part) => (part ? part.replace(CONTROL, '').split('\n') : []));
    const text = lines.filter((line) => line.trim() !== '' && !SCHEMA_LINE.test(line)).join('\n');
    if (text !== '') comments.set(pointer, text);
  };
  const header: (string | null | undefined)[] = [document.commentBefore];
  for (const { pointer, head, value, owner } of spots(document.contents, ROOT, view)) {
    const above = [owner?.commentBefore, head.commentBefore];
    if (pointer === '/schema') header.push(...above, value?.comment);
    else {
      note(commentPointer(pointer, 'before'), above);
      note(commentPointer(pointer, 'after'), [value?.comment]);
    }
  }
  note(commentPointer(ROOT, 'before'), header);
  note(commentPointer(ROOT, 'after'), [document.contents?.comment, document.comment]);
  return comments;
}

/** Put comments on nodes that show `view`; those of what it does not show are left out. */
export function placeComments(document: Document, view: View, comments: Comments): void {
  for (const { pointer, head, value } of spots(document.contents, ROOT, view)) {
    const before = comments.get(commentPointer(pointer, 'before'));
    const after = comments.get(commentPointer(pointer, 'after'));
    if (before !== undefined) head.commentBefore = before;
    if (after !== undefined && value !== null) value.comment = after;
  }
  const last = comments.get(commentPointer(ROOT, 'after'));
  if (last !== undefined) document.comment = last;
}

/** Every place of a document that can have a comment. */
function* spots(node: unknown, at: Pointer, view: View | null, isItem = false): Generator<Spot> {
  if (isMap(node)) {
    for (const [index, { key, value }] of node.items.entries()) {
      const pointer = childPointer(at, keyText(key));
      const head = key as Noted;
      yield { pointer, head, value: asNoted(value), owner: index === 0 && !isItem ? node : null };
      const below = view?.kind === 'map' ? (view.entries.get(keyText(key)) ?? null) : null;
      yield* spots(value, pointer, below);
    }
  }
  if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) {
      const id = view?.kind === 'list' ? view.items[index]?.id : undefined;
      const pointer = id === undefined ? childPointer(at, String(index)) : itemPointer(at, id);
      const value = asNoted(item);
      if (value !== null) yield { pointer, head: value, value, owner: index === 0 ? node : null };
      yield* spots(item, pointer, null, true);
    }
  }
}

function asNoted(node: unknown): Noted | null {
  return isScalar(node) || isMap(node) || isSeq(node) ? node : null;
}
