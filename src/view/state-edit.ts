import { canonicalJson } from '../domain/canonical-json.ts';
import { isYamlMap, type YamlMap, type YamlValue } from '../domain/yaml.ts';

type Path = readonly string[];

/** What somebody changed in a copy of the project state. `nth`: how many equal items are added before this one. */
export type StateEdit =
  | { readonly kind: 'set'; readonly path: Path; readonly value: YamlValue }
  | { readonly kind: 'append'; readonly path: Path; readonly value: YamlValue; readonly nth: number }
  | { readonly kind: 'remove'; readonly path: Path };

export interface Versions {
  /** What the copy was made of; undefined: not known (or not there), then absence deletes nothing. */
  readonly base: YamlValue | undefined;
  readonly edited: YamlValue;
  /** What stands there now. */
  readonly current: YamlValue | undefined;
  /**
   * Copies of the same base that were taken up before. The edited one may have been made of one of them: what it
   * shares with them is not new.
   */
  readonly earlier?: readonly (YamlValue | undefined)[];
}

/**
 * The edits that bring what is new in `edited` into `current`. What others changed since stays: a list takes the items
 * that were added and gives up those that were removed, and a key that others have set since is not deleted.
 */
export function findEdits(versions: Versions, path: Path = []): readonly StateEdit[] {
  const { base, edited, current, earlier = [] } = versions;
  if ([base, current, ...earlier].some((known) => isSame(known, edited))) return [];
  if (isYamlMap(edited) && (isYamlMap(current) || path.length === 0))
    return findMapEdits(versions, edited, path);
  if (Array.isArray(edited) && Array.isArray(current)) return findListEdits(versions, edited, current, path);
  return [{ kind: 'set', path, value: edited }];
}

function findMapEdits(
  { base, current, earlier = [] }: Versions,
  edited: YamlMap,
  path: Path,
): readonly StateEdit[] {
  const changed = Object.entries(edited).flatMap(([key, value]) =>
    findEdits(
      {
        base: at(base, key),
        edited: value,
        current: at(current, key),
        earlier: earlier.map((known) => at(known, key)),
      },
      [...path, key],
    ),
  );
  const removed = Object.keys(isYamlMap(base) ? base : {}).filter(
    (key) => !Object.hasOwn(edited, key) && isSame(at(base, key), at(current, key)),
  );
  return [...changed, ...removed.map((key): StateEdit => ({ kind: 'remove', path: [...path, key] }))];
}

function findListEdits(
  { base, earlier = [] }: Versions,
  edited: readonly YamlValue[],
  current: readonly YamlValue[],
  path: Path,
): readonly StateEdit[] {
  const known = Array.isArray(base) ? base : current;
  const added = earlier
    .filter(Array.isArray)
    .reduce<YamlValue[]>((left, list) => subtract(left, subtract(list, known)), subtract(edited, known));
  const isAddition = !Array.isArray(base) || base.every((item, index) => isSame(item, edited[index]));
  if (isAddition) {
    return added.map((value, index) => ({
      kind: 'append',
      path,
      value,
      nth: count(added.slice(0, index), value),
    }));
  }
  const value = isSame([...current], [...known])
    ? [...edited]
    : [...subtract(current, subtract(known, edited)), ...added];
  return isSame(value, [...current]) ? [] : [{ kind: 'set', path, value }];
}

/** The items of `list` without those of `taken`, each of which takes one equal item. */
function subtract(list: readonly YamlValue[], taken: readonly YamlValue[]): YamlValue[] {
  const counts = new Map<string, number>();
  for (const item of taken.map(canonicalJson)) counts.set(item, (counts.get(item) ?? 0) + 1);
  return list.filter((item) => {
    const left = counts.get(canonicalJson(item)) ?? 0;
    counts.set(canonicalJson(item), left - 1);
    return left <= 0;
  });
}

function count(list: readonly YamlValue[], value: YamlValue): number {
  return list.filter((item) => isSame(item, value)).length;
}

function isSame(a: YamlValue | undefined, b: YamlValue | undefined): boolean {
  return a !== undefined && b !== undefined && canonicalJson(a) === canonicalJson(b);
}

function at(value: YamlValue | undefined, key: string): YamlValue | undefined {
  return isYamlMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}
