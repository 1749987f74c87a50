/** UTF-16 code units as sorted ranges that do not touch, ends included. */
export type CharacterSet = readonly (readonly [from: number, to: number])[];

const SLASH = 0x2f;
const LAST = 0xffff;

/** Every code unit that can stand in a segment of a path. */
export const ANY_CHARACTER: CharacterSet = [
  [1, SLASH - 1],
  [SLASH + 1, LAST],
];

/** The characters of ranges that may touch or overlap, in any order. */
export function joinRanges(ranges: CharacterSet): CharacterSet {
  const joined: [number, number][] = [];
  for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = joined.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  return joined;
}

/** The characters that are not in it. */
export function complement(set: CharacterSet): CharacterSet {
  const starts = [0, ...set.map(([, to]) => to + 1)];
  const ends = [...set.map(([from]) => from - 1), LAST];
  return starts.map((from, index) => [from, ends[index] ?? LAST] as const).filter(([from, to]) => from <= to);
}

/** The characters in both. */
export function intersectSets(a: CharacterSet, b: CharacterSet): CharacterSet {
  return a.flatMap(([from, to]) =>
    b
      .map(([start, end]) => [Math.max(from, start), Math.min(to, end)] as const)
      .filter(([low, high]) => low <= high),
  );
}
