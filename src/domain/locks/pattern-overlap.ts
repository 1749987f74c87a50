import { type CharacterSet, intersectSets } from './character-set.ts';
import type { PathPattern, Segment } from './path-pattern.ts';

/**
 * A path that both patterns cover, or null when there is none: exact, by walking both as automata at once, over
 * segments and, within them, over characters.
 */
export function findCommonPath(a: PathPattern, b: PathPattern): string | null {
  for (const one of a.alternatives) {
    for (const other of b.alternatives) {
      const segments = intersect(one, other, commonSegment);
      if (segments !== null) return segments.join('/');
    }
  }
  return null;
}

/** Whether some path is covered by a pattern of each list. */
export function overlaps(a: readonly PathPattern[], b: readonly PathPattern[]): boolean {
  return a.some((one) => b.some((other) => findCommonPath(one, other) !== null));
}

function commonSegment(a: Segment | null, b: Segment | null): string | null {
  return intersect(a ?? ['many'], b ?? ['many'], commonCharacter)?.join('') ?? null;
}

function commonCharacter(a: CharacterSet | null, b: CharacterSet | null): string | null {
  const common = a === null || b === null ? (a ?? b) : intersectSets(a, b);
  if (common === null) return 'a';
  const [from] = intersectSets(common, PLAIN)[0] ?? common[0] ?? [];
  return from === undefined ? null : String.fromCharCode(from);
}

const PLAIN: CharacterSet = [[0x61, 0x7a]];

/**
 * A sequence that two sequences with wildcards (`many`: any number of anything) have in common, never an empty one.
 * `meet` says what two items have in common, null standing for an item that may be anything.
 */
function intersect<Item extends object>(
  a: readonly (Item | 'many')[],
  b: readonly (Item | 'many')[],
  meet: (a: Item | null, b: Item | null) => string | null,
): string[] | null {
  const dead = new Set<number>();
  const walk = (i: number, j: number): string[] | null => {
    const key = i * (b.length + 1) + j;
    if (dead.has(key)) return null;
    dead.add(key);
    const [x, y] = [a[i], b[j]];
    if (x === undefined && y === undefined) return [];
    const consume = (item: string | null, nextI: number, nextJ: number): string[] | null => {
      const rest = item === null ? null : walk(nextI, nextJ);
      return item === null || rest === null ? null : [item, ...rest];
    };
    if (isMany(x)) {
      const taken = y === undefined ? null : isMany(y) ? walk(i, j + 1) : consume(meet(null, y), i, j + 1);
      return taken ?? walk(i + 1, j);
    }
    if (isMany(y)) return (x === undefined ? null : consume(meet(x, null), i + 1, j)) ?? walk(i, j + 1);
    return x === undefined || y === undefined ? null : consume(meet(x, y), i + 1, j + 1);
  };
  const found = walk(0, 0);
  if (found === null || found.length > 0) return found;
  const anything = meet(null, null);
  return anything === null ? null : [anything];
}

function isMany(item: unknown): item is 'many' {
  return item === 'many';
}
