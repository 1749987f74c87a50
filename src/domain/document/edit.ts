import { AgentOsError } from '../errors.ts';
import { quoted } from '../names.ts';
import { emptyMap, isYamlMap, type YamlValue } from '../yaml.ts';
import { type DottedPath, formatPath } from './dotted-path.ts';
import { childPointer, itemPointer, type Pointer, ROOT } from './pointer.ts';
import { appendItems, erase, type Reconciliation, reconcile } from './reconcile.ts';
import { type Author, authorAfter, type DocumentState, draftOf, write } from './registers.ts';
import { type View, viewDocument, viewValue } from './view.ts';

/** The value at a path; undefined when there is none. The empty path is the whole document. */
export function getAt(state: DocumentState, path: DottedPath): YamlValue | undefined {
  return valueAt(viewValue(viewDocument(state).view), path);
}

/**
 * Set the value at a path, with the maps that lead to it; a scalar on the way gives way to a map. Setting a part of a
 * list item writes the whole item.
 * @throws AgentOsError NOT_FOUND for a list item that does not exist, BAD_VALUE for a document that is no map
 */
export function setAt(
  state: DocumentState,
  path: DottedPath,
  value: YamlValue,
  author: Author,
): DocumentState {
  if (path.length === 0 && !isYamlMap(value))
    throw new AgentOsError('BAD_VALUE', 'a whole document can only be a map');
  return change(state, author, path, {
    place: (edit, pointer, view) => reconcile(edit, pointer, view, value),
    inside: () => value,
  });
}

/**
 * Add values at the end of the list at a path; where there is nothing, or null, the list begins.
 * @throws AgentOsError BAD_VALUE when something else stands there, NOT_FOUND
 */
export function appendAt(
  state: DocumentState,
  path: DottedPath,
  values: YamlValue[],
  author: Author,
): DocumentState {
  const present = getAt(state, path) ?? null;
  if (present !== null && !Array.isArray(present)) {
    throw new AgentOsError(
      'BAD_VALUE',
      `${quoted(formatPath(path))} is not a list, so nothing can be added to it`,
      {
        hint: 'Replace it with `agent-os state set PATH VALUE`.',
      },
    );
  }
  return change(state, author, path, {
    place: (edit, pointer, view) => appendItems(edit, pointer, view, values),
    inside: (old) => [...(Array.isArray(old) ? old : []), ...values],
  });
}

/** Delete what is at a path; nothing there is nothing to do. */
export function removeAt(state: DocumentState, path: DottedPath, author: Author): DocumentState {
  if (path.length === 0 || getAt(state, path) === undefined) return state;
  return change(state, author, path, { place: erase, inside: () => undefined });
}

interface Effect {
  /** On a place that has registers of its own. */
  readonly place: (edit: Reconciliation, pointer: Pointer, view: View | null) => void;
  /** On a part of a list item, which is one register as a whole. */
  readonly inside: (old: YamlValue | undefined) => YamlValue | undefined;
}

function change(state: DocumentState, author: Author, path: DottedPath, effect: Effect): DocumentState {
  const draft = draftOf(state);
  const signed = authorAfter(state, author);
  const edit: Reconciliation = { draft, sign: () => signed, rewrite: true };
  let pointer = ROOT;
  let view: View | null = viewDocument(state).view;
  for (const [depth, key] of path.entries()) {
    if (view?.kind === 'list') {
      const item = view.items[listIndex(key, view.items, path)];
      if (item === undefined) return state;
      const value = changeInside(item.value, path.slice(depth + 1), effect.inside);
      write(draft, itemPointer(pointer, item.id), signed, value);
      return { ...state, ...draft };
    }
    if (view?.kind === 'value') reconcile(edit, pointer, view, emptyMap());
    pointer = childPointer(pointer, key);
    view = view?.kind === 'map' ? (view.entries.get(key) ?? null) : null;
  }
  effect.place(edit, pointer, view);
  return { ...state, ...draft };
}

function changeInside(
  value: YamlValue | undefined,
  path: DottedPath,
  inside: Effect['inside'],
): YamlValue | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return inside(value);
  if (Array.isArray(value)) {
    const index = listIndex(key, value, path);
    const changed = changeInside(value[index], rest, inside);
    return value.toSpliced(index, 1, ...(changed === undefined ? [] : [changed]));
  }
  const map = Object.assign(emptyMap(), isYamlMap(value) ? value : {});
  const changed = changeInside(map[key], rest, inside);
  if (changed === undefined) delete map[key];
  else map[key] = changed;
  return map;
}

function valueAt(value: YamlValue | undefined, path: DottedPath): YamlValue | undefined {
  const [key, ...rest] = path;
  if (key === undefined || value === undefined) return value;
  if (Array.isArray(value)) return valueAt(/^\d{1,9}$/.test(key) ? value[Number(key)] : undefined, rest);
  return isYamlMap(value) ? valueAt(value[key], rest) : undefined;
}

function listIndex(key: string, list: readonly unknown[], path: DottedPath): number {
  if (/^\d{1,9}$/.test(key) && Number(key) < list.length) return Number(key);
  throw new AgentOsError('NOT_FOUND', `${quoted(formatPath(path))}: the list has no item ${quoted(key)}`, {
    hint: `It has ${list.length} items, counted from 0; \`agent-os state append PATH VALUE\` adds one.`,
  });
}
