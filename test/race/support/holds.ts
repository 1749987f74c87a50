import picomatch from 'picomatch';

/** A lock that a client believed to have, from the answer that said so to the request that gave it back. */
export interface Hold {
  readonly agent: string;
  readonly resource: string;
  readonly mode: 'exclusive' | 'shared';
  readonly paths: readonly string[];
  readonly token: number;
  /** Milliseconds on one monotonic clock. */
  readonly from: number;
  readonly until: number;
}

/** Every file that the globs of the races speak of, so that overlap is a question of fact. */
const FILES = [
  'db/schema.sql',
  'db/migrations/001.sql',
  'db/migrations/002.ts',
  'src/api/users.ts',
  'src/api/orders.ts',
  'src/web/users.ts',
  'src/web/page.css',
  'docs/api.md',
];

/** Pairs of holds of different agents, at one time, on one thing, of which one at least was exclusive. */
export function findConflicts(holds: readonly Hold[]): [Hold, Hold][] {
  const files = new Map(holds.map((hold) => [hold, filesOf(hold)]));
  return holds.flatMap((one, at) =>
    holds
      .slice(at + 1)
      .filter(
        (other) =>
          one.agent !== other.agent &&
          !(one.mode === 'shared' && other.mode === 'shared') &&
          one.from < other.until &&
          other.from < one.until &&
          (one.resource === other.resource ||
            files.get(one)?.some((file) => files.get(other)?.includes(file))),
      )
      .map((other): [Hold, Hold] => [one, other]),
  );
}

function filesOf({ paths }: Hold): string[] {
  const covers = picomatch([...paths], { dot: true });
  return FILES.filter((file) => covers(file));
}
