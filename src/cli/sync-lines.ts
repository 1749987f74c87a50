import type { SyncReport } from '../app/syncing.ts';
import { type Line, strong } from './text.ts';

export interface SyncStory {
  readonly report: Pick<SyncReport, 'remote' | 'fetched' | 'published' | 'pending' | 'branch' | 'refused'>;
  /** How many operations of others came. */
  readonly received: number;
  /** The half that was asked for alone, with `--pull` or `--push`. */
  readonly half: 'pull' | 'push' | null;
}

/** One line: what came, what went, and what the branch itself still lacks. */
export function syncLine({ report, received, half }: SyncStory): Line {
  const { remote, fetched, published, pending, branch, refused } = report;
  const moved = [
    ...(received > 0 ? [`fetched ${received} new`] : []),
    ...(published > 0 ? [`published ${published}`] : []),
  ];
  const isSettled = pending === 0 && branch !== 'behind';
  const nothing =
    half === 'pull' || !isSettled ? 'nothing new' : half === 'push' ? 'nothing to publish' : 'up to date';
  return [
    strong(remote),
    `: ${moved.length > 0 ? moved.join(', ') : nothing}`,
    fetched ? '' : ' (not fetched)',
    branch === 'behind' && pending === 0 && refused === null ? '; the branch follows with the next sync' : '',
  ];
}

/** `1 operation is`, `2 operations are`. */
export function operationsAre(count: number): string {
  return count === 1 ? '1 operation is' : `${count} operations are`;
}
