import { canonicalJson } from '../canonical-json.ts';
import { emptyMap, isYamlMap, type YamlMap, type YamlValue } from '../yaml.ts';
import { align } from './align.ts';
import { childPointer, itemPointer, type Pointer } from './pointer.ts';
import { type Author, type Draft, readRegister, write } from './registers.ts';
import { type View, viewValue } from './view.ts';

/** Who writes this register: one author for all, or for a hand edit one that follows from what is written. */
export type Signer = (pointer: Pointer, value: YamlValue | undefined, ordinal: number) => Author;

interface Added {
  readonly value: YamlValue;
  /** Index in the whole list. */
  readonly ordinal: number;
}

export interface Reconciliation {
  readonly draft: Draft;
  readonly sign: Signer;
  /** Write what stays as it is too, so that this author is the one who set it. */
  readonly rewrite: boolean;
}

/**
 * Make `pointer` show `value`, where it shows `view` now. What the value replaces (keys, items, a scalar under a map)
 * is deleted by stamped tombstones; items that stay keep their identity.
 */
export function reconcile(
  change: Reconciliation,
  pointer: Pointer,
  view: View | null,
  value: YamlValue,
): void {
  if (!change.rewrite && view !== null && canonicalJson(viewValue(view)) === canonicalJson(value)) return;
  if (isYamlMap(value)) reconcileMap(change, pointer, view, value);
  else if (Array.isArray(value)) reconcileList(change, pointer, view, value);
  else {
    erase(change, pointer, view);
    put(change, pointer, value);
  }
}

/** Delete whatever `pointer` shows. */
export function erase(change: Reconciliation, pointer: Pointer, view: View | null): void {
  if (view?.kind === 'map') {
    for (const [key, child] of view.entries) erase(change, childPointer(pointer, key), child);
  }
  if (view?.kind === 'list') {
    for (const { id } of view.items) put(change, itemPointer(pointer, id), undefined);
  }
  if (readRegister(change.draft, pointer) !== undefined) put(change, pointer, undefined);
}

/** Add items at the end of the list that `pointer` shows, or begin one. */
export function appendItems(
  change: Reconciliation,
  pointer: Pointer,
  view: View | null,
  values: YamlValue[],
): void {
  if (view?.kind !== 'list') reconcile(change, pointer, view, []);
  insertItems(
    change,
    pointer,
    '',
    values.map((value, ordinal) => ({ value, ordinal })),
  );
}

function reconcileMap(change: Reconciliation, pointer: Pointer, view: View | null, value: YamlMap): void {
  const entries = view?.kind === 'map' ? view.entries : new Map<string, View>();
  const keys = Object.keys(value);
  if (view?.kind === 'map') {
    for (const [key, child] of entries) {
      if (!Object.hasOwn(value, key)) erase(change, childPointer(pointer, key), child);
    }
  } else erase(change, pointer, view);
  const marker = readRegister(change.draft, pointer);
  if (keys.length === 0 || (marker !== undefined && !isYamlMap(marker))) put(change, pointer, emptyMap());
  for (const key of keys) {
    reconcile(change, childPointer(pointer, key), entries.get(key) ?? null, value[key] ?? null);
  }
}

function reconcileList(
  change: Reconciliation,
  pointer: Pointer,
  view: View | null,
  value: YamlValue[],
): void {
  const old = view?.kind === 'list' ? view.items : [];
  if (view?.kind !== 'list') erase(change, pointer, view);
  if (!Array.isArray(readRegister(change.draft, pointer)) || change.rewrite) put(change, pointer, []);
  const alignment = align(
    old.map((item) => canonicalJson(item.value)),
    value.map(canonicalJson),
  );
  const kept = new Set(alignment);
  old.forEach((item, index) => {
    if (!kept.has(index)) put(change, itemPointer(pointer, item.id), undefined);
  });
  let previous = '';
  let added: Added[] = [];
  value.forEach((item, ordinal) => {
    const present = old[alignment[ordinal] ?? -1];
    if (present === undefined) {
      added.push({ value: item, ordinal });
      return;
    }
    insertItems(change, pointer, stemBetween(previous, present.id), added);
    added = [];
    previous = present.id;
    const isSame = canonicalJson(present.value) === canonicalJson(item);
    if (!isSame || change.rewrite) put(change, itemPointer(pointer, present.id), item, ordinal);
  });
  insertItems(change, pointer, '', added);
}

/**
 * What the id of an item between two others begins with; '' stands for the beginning of the list. Ids are made of
 * operation ids joined by dots, and items stand in the text order of their ids: `X.Y` comes after `X`, `X..Y` between
 * `X` and `X.Y` (a dot is smaller than any digit), `.Y` before all. An id without a stem is the newest, so the last.
 */
function stemBetween(previous: string, next: string): string {
  const rest = next.startsWith(`${previous}.`) ? next.slice(previous.length) : '';
  const dots = rest.length - rest.replace(/^\.+/, '').length;
  return `${previous}${'.'.repeat(dots + 1)}`;
}

function insertItems(change: Reconciliation, list: Pointer, stem: string, added: readonly Added[]): void {
  added.forEach(({ value, ordinal }, index) => {
    const author = change.sign(itemPointer(list, stem), value, ordinal);
    const id = index === 0 ? author.op : `${author.op}_${String(index).padStart(6, '0')}`;
    write(change.draft, itemPointer(list, `${stem}${id}`), author, value);
  });
}

function put(change: Reconciliation, pointer: Pointer, value: YamlValue | undefined, ordinal = 0): void {
  write(change.draft, pointer, change.sign(pointer, value, ordinal), value);
}
