export interface Dice {
  /** A whole number from 0 to `below` - 1. */
  number(below: number): number;
  pick<T>(from: readonly [T, ...T[]]): T;
  /** True with probability `p`. */
  chance(p: number): boolean;
  /** A promise that takes up to so many milliseconds. */
  pause(upTo: number): Promise<void>;
}

/** Numbers that come again with the seed that is printed: `RACE_SEED=<seed> npx vitest run --project race`. */
export function rollDice(test: string): Dice {
  const seed = Number(process.env['RACE_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  console.log(`${test}: RACE_SEED=${seed}`);
  let state = seed;
  // mulberry32, by Tommy Ettinger (public domain)
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const number = (below: number) => Math.floor(next() * below);
  return {
    number,
    pick: (from) => from[number(from.length)] ?? from[0],
    chance: (p) => next() < p,
    pause: (upTo) => new Promise((resolve) => setTimeout(resolve, number(upTo + 1))),
  };
}
