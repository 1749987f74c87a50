import type { Recap } from './schema/recap.ts';

/** What a recap adds to the note of each of its commits. */
type NotedRecap = Pick<Recap, 'id' | 'agent' | 'at' | 'title' | 'body'>;

const HEADER = /^Recap ([0-7][0-9A-HJKMNP-TV-Z]{25}) by /;
const INDENT = '    ';
/** Notes are read in a terminal: what would steer it is left out. Tab and line feed stay. */
const STEERING = /[\0-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** A recap as a block of a note: a header, and the body indented below it, so that no body can pass for a header. */
export function formatRecapNote({ id, agent, at, title, body }: NotedRecap): string {
  const lines = clean(body).trimEnd().split('\n');
  const indented = lines.map((line) => (line.trim() === '' ? '' : `${INDENT}${line}`));
  return [`Recap ${id} by ${agent}, ${at}: ${clean(title).replace(/\s+/g, ' ')}`, '', ...indented].join('\n');
}

/**
 * One note of several: what people wrote by hand first, each paragraph once, then the recaps by their ids. A join:
 * idempotent, commutative and associative, so that clones may merge in any order.
 */
export function joinNotes(notes: readonly string[]): string {
  const written = new Set<string>();
  const recaps = new Map<string, string>();
  for (const note of notes) {
    for (const block of splitNote(note)) {
      const id = HEADER.exec(block)?.[1];
      if (id === undefined) written.add(block);
      else recaps.set(id, larger(block, recaps.get(id)));
    }
  }
  const blocks = [
    ...[...written].sort(),
    ...[...recaps].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, block]) => block),
  ];
  return blocks.length === 0 ? '' : `${blocks.join('\n\n')}\n`;
}

/** A recap's header with everything indented below it is one block; of the rest, each paragraph is. */
function splitNote(note: string): readonly string[] {
  const blocks: string[] = [];
  let inRecap = false;
  for (const part of note.replaceAll('\r\n', '\n').split(/\n{2,}/)) {
    const paragraph = part.replace(/^\n+|\s+$/g, '');
    if (paragraph === '') continue;
    const belongs: boolean = inRecap && paragraph.split('\n').every((line) => line.startsWith(INDENT));
    if (belongs) blocks.push(`${blocks.pop()}\n\n${paragraph}`);
    else blocks.push(paragraph);
    inRecap = belongs || HEADER.test(paragraph);
  }
  return blocks;
}

/** Two versions of one recap can only come from a hand edit; the choice must not depend on the order. */
function larger(block: string, known: string | undefined): string {
  return known === undefined || block > known ? block : known;
}

function clean(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(STEERING, '');
}
