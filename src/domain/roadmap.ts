import { appendAt, getAt, setAt } from './document/edit.ts';
import type { Author, DocumentState } from './document/registers.ts';
import { emptyMap, isYamlMap, type YamlMap, type YamlValue } from './yaml.ts';

/** An item of the roadmap; people write them by hand too, as plain text or with fields of their own. */
export interface RoadmapItem {
  /** Its place in the list, from 0. */
  readonly index: number;
  readonly id: string | null;
  readonly title: string;
  readonly status: string;
  readonly owner: string | null;
  readonly doneAt: string | null;
}

export const ROADMAP_STATUSES = ['next', 'doing', 'done'] as const;
export type RoadmapStatus = (typeof ROADMAP_STATUSES)[number];

const ITEMS = ['items'];
/** With fewer characters, the beginning of a word means nothing. */
const BEGINNING = 3;

/** The items of a roadmap that can be read, in order. */
export function listItems(state: DocumentState | null): readonly RoadmapItem[] {
  const items = state === null ? null : getAt(state, ITEMS);
  return Array.isArray(items) ? items.flatMap((item, index) => readItem(item, index) ?? []) : [];
}

/**
 * The items that a word means: the one with this id or one that begins so (four characters or more), else of this
 * title, else those whose titles have it as words, or as the beginning of one (three characters or more), in any case.
 * An item that is not done comes before one that is.
 */
export function findItems(items: readonly RoadmapItem[], word: string): readonly RoadmapItem[] {
  const text = word.trim().toLowerCase();
  const isId = /^[0-9a-z]{4,26}$/.test(text);
  const steps: readonly ((item: RoadmapItem) => boolean)[] = [
    ({ id }) => isId && (id ?? '').toLowerCase().startsWith(text),
    ({ title }) => title.toLowerCase() === text,
    ({ title }) => text !== '' && hasWords(title.toLowerCase(), text),
  ];
  for (const isMeant of steps) {
    const found = items.filter(isMeant);
    const open = found.filter(({ status }) => status !== 'done');
    if (found.length > 0) return open.length > 0 ? open : found;
  }
  return [];
}

/** Whether a text has these words somewhere, of which the last may be the beginning of one unless it is short. */
function hasWords(text: string, words: string): boolean {
  for (let at = text.indexOf(words); at !== -1; at = text.indexOf(words, at + 1)) {
    const isBegun = !/[\p{L}\p{M}\p{N}]$/u.test(text.slice(0, at));
    const isWhole = !/^[\p{L}\p{M}\p{N}]/u.test(text.slice(at + words.length));
    if (isBegun && (isWhole || words.length >= BEGINNING)) return true;
  }
  return false;
}

/** The roadmap with one more item at its end. */
export function addItem(
  state: DocumentState,
  item: {
    readonly id: string;
    readonly title: string;
    readonly status: string;
    readonly owner: string | null;
  },
  author: Author,
): DocumentState {
  const { id, title, status, owner } = item;
  const value: YamlMap = { id, title, status, ...(owner !== null && { owner }) };
  return appendAt(state, ITEMS, [value], author);
}

/** The roadmap with fields of one item set; what else the item says stays. */
export function changeItem(
  state: DocumentState,
  index: number,
  fields: Readonly<Record<string, YamlValue>>,
  author: Author,
): DocumentState {
  const path = [...ITEMS, String(index)];
  const before = getAt(state, path);
  const map = isYamlMap(before) ? before : { title: String(before ?? '') };
  return setAt(state, path, Object.assign(emptyMap(), map, fields), author);
}

/** The roadmap with the open item of this title or id in the hands of a new owner; a new item when there is none. */
export function handItemOver(
  state: DocumentState,
  word: string,
  { id, owner }: { readonly id: string; readonly owner: string },
  author: Author,
): DocumentState {
  const text = word.trim().toLowerCase();
  const known = listItems(state).find(
    (item) =>
      item.status !== 'done' && (item.title.toLowerCase() === text || item.id?.toLowerCase() === text),
  );
  return known === undefined
    ? addItem(state, { id, title: word.trim(), status: 'next', owner }, author)
    : changeItem(state, known.index, { owner }, author);
}

function readItem(item: YamlValue, index: number): RoadmapItem | null {
  if (typeof item === 'string')
    return { index, id: null, title: item, status: 'next', owner: null, doneAt: null };
  if (!isYamlMap(item)) return null;
  const text = (key: string) => {
    const value = item[key];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
  };
  const title = text('title') ?? text('name');
  if (title === null) return null;
  return {
    index,
    id: text('id'),
    title,
    status: text('status') ?? (item['done'] === true ? 'done' : 'next'),
    owner: text('owner'),
    doneAt: text('done_at'),
  };
}
