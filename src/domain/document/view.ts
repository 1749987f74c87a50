import type { Write } from '../schema/stamps.ts';
import { emptyMap, isYamlMap, type YamlValue } from '../yaml.ts';
import { childPointer, itemPointer, type Pointer, parsePointer, ROOT } from './pointer.ts';
import type { DocumentState } from './registers.ts';

/** What a document shows at one pointer. */
export type View =
  | { readonly kind: 'value'; readonly value: YamlValue }
  | { readonly kind: 'map'; readonly entries: ReadonlyMap<string, View> }
  | { readonly kind: 'list'; readonly items: readonly { readonly id: string; readonly value: YamlValue }[] };

/** The map at the root of a view. */
export type RootView = Extract<View, { kind: 'map' }>;

/** A value that was set and that others' writes, made at the same time, hide. */
export interface Hidden {
  readonly pointer: Pointer;
  readonly write: Write;
}

interface Place {
  readonly pointer: Pointer;
  write: Write | null;
  readonly keys: Map<string, Place>;
  readonly items: Map<string, Place>;
}

interface Candidate {
  readonly op: string;
  readonly view: View;
}

/**
 * What the registers show. Where a scalar, a map and a list claim one place, the one that was written to last is
 * shown; the others stay in the registers, and are returned as `hidden`.
 */
export function viewDocument(state: DocumentState): {
  readonly view: RootView;
  readonly hidden: readonly Hidden[];
} {
  const hidden: Hidden[] = [];
  const shown = viewPlace(plant(state), hidden)?.view;
  return { view: shown?.kind === 'map' ? shown : { kind: 'map', entries: new Map() }, hidden };
}

/** A view as a plain value. */
export function viewValue(view: View): YamlValue {
  if (view.kind === 'value') return view.value;
  if (view.kind === 'list') return view.items.map((item) => item.value);
  const map = emptyMap();
  for (const [key, entry] of view.entries) map[key] = viewValue(entry);
  return map;
}

function newPlace(pointer: Pointer): Place {
  return { pointer, write: null, keys: new Map(), items: new Map() };
}

/** The registers as a tree; comments are left out, and whatever stands below an item. */
function plant(state: DocumentState): Place {
  const root = newPlace(ROOT);
  for (const [pointer, writes] of state.registers) {
    let place: Place | null = root;
    for (const { kind, name } of parsePointer(pointer)) {
      if (place === null || kind === 'comment') {
        place = null;
        break;
      }
      const branch: Map<string, Place> = kind === 'item' ? place.items : place.keys;
      const next: Place =
        branch.get(name) ??
        newPlace(kind === 'item' ? itemPointer(place.pointer, name) : childPointer(place.pointer, name));
      branch.set(name, next);
      place = next;
    }
    if (place !== null) place.write = writes[0] ?? null;
  }
  return root;
}

function viewPlace(place: Place, hidden: Hidden[]): Candidate | null {
  const value = place.write?.value as YamlValue | undefined;
  const own = {
    op: place.write?.op ?? '',
    isMap: isEmptyMap(value),
    isList: Array.isArray(value) && value.length === 0,
  };
  const below: Hidden[][] = [[], [], []];
  const candidates = [
    viewMap(place, own.isMap ? own.op : null, below[0] ?? []),
    viewList(place, own.isList ? own.op : null, below[1] ?? []),
    value === undefined || own.isMap || own.isList
      ? null
      : { op: own.op, view: { kind: 'value', value } as const },
  ];
  const best = candidates.reduce((a, b) => (b !== null && (a === null || b.op > a.op) ? b : a), null);
  candidates.forEach((candidate, index) => {
    if (candidate === best) hidden.push(...(below[index] ?? []));
    else if (candidate !== null) hidden.push(...liveWrites(place, index));
  });
  return best;
}

function viewMap(place: Place, marker: string | null, hidden: Hidden[]): Candidate | null {
  const entries = new Map<string, View>();
  let op = marker;
  for (const [key, child] of place.keys) {
    const candidate = viewPlace(child, hidden);
    if (candidate === null) continue;
    entries.set(key, candidate.view);
    op = op === null || candidate.op > op ? candidate.op : op;
  }
  return op === null ? null : { op, view: { kind: 'map', entries } };
}

function viewList(place: Place, marker: string | null, _hidden: Hidden[]): Candidate | null {
  const live = [...place.items].filter(([, item]) => item.write?.value !== undefined);
  live.sort(([a], [b]) => (a < b ? -1 : 1));
  const ops = [...live.map(([, item]) => item.write?.op ?? ''), ...(marker === null ? [] : [marker])];
  const op = ops.reduce<string | null>((a, b) => (a === null || b > a ? b : a), null);
  const items = live.map(([id, item]) => ({ id, value: item.write?.value as YamlValue }));
  return op === null ? null : { op, view: { kind: 'list', items } };
}

/** What a place that is not shown would have shown: 0 its keys, 1 its items, 2 its own value. Markers are not values. */
function liveWrites(place: Place, which: number): Hidden[] {
  if (which === 0)
    return [...place.keys.values()].flatMap((child) => [0, 1, 2].flatMap((n) => liveWrites(child, n)));
  if (which === 1) return [...place.items.values()].flatMap((item) => liveWrites(item, 2));
  const { write, pointer } = place;
  const value = write?.value as YamlValue | undefined;
  const isValue = value !== undefined && !isEmptyMap(value) && !(Array.isArray(value) && value.length === 0);
  return write !== null && isValue ? [{ pointer, write }] : [];
}

function isEmptyMap(value: YamlValue | undefined): boolean {
  return isYamlMap(value) && Object.keys(value).length === 0;
}
