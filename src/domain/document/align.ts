/** For each item of a new list, the old item that it is (or takes the place of), or null for one that is added. */
export type Alignment = readonly (number | null)[];

const MAX_CELLS = 4_000_000;

/**
 * Line up a new list with an old one: equal items by a longest common subsequence, then what stands between two equal
 * items pairwise, as changes in place. Lists that differ in too much for that are paired from the start.
 */
export function align(before: readonly string[], after: readonly string[]): Alignment {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  const room = Math.min(before.length, after.length) - start;
  while (end < room && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  const middle = commonItems(
    before.slice(start, before.length - end),
    after.slice(start, after.length - end),
  );
  const matched: [number, number][] = [
    ...Array.from({ length: start }, (_, i): [number, number] => [i, i]),
    ...middle.map(([a, b]): [number, number] => [a + start, b + start]),
    ...Array.from({ length: end }, (_, i): [number, number] => [
      before.length - end + i,
      after.length - end + i,
    ]),
  ];
  return fillGaps(matched, before.length, after.length);
}

function fillGaps(matched: readonly [number, number][], before: number, after: number): Alignment {
  const result: (number | null)[] = Array.from({ length: after }, () => null);
  let [oldNext, newNext] = [0, 0];
  for (const [oldIndex, newIndex] of [...matched, [before, after] as const]) {
    while (oldNext < oldIndex && newNext < newIndex) {
      result[newNext] = oldNext;
      oldNext += 1;
      newNext += 1;
    }
    if (newIndex < after) result[newIndex] = oldIndex;
    [oldNext, newNext] = [oldIndex + 1, newIndex + 1];
  }
  return result;
}

/** Index pairs of a longest common subsequence. */
function commonItems(a: readonly string[], b: readonly string[]): [number, number][] {
  const width = b.length + 1;
  if (a.length * width > MAX_CELLS) return [];
  const lengths = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number) => lengths[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) pairs.push([i++, j++]);
    else if (at(i + 1, j) >= at(i, j + 1)) i += 1;
    else j += 1;
  }
  return pairs;
}
