import { AgentOsError } from './errors.ts';
import { quoted } from './names.ts';

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** A duration as people write it: a whole number and one unit, `90s`, `30m`, `2h`, `7d`; some thirty years at most. */
export const DURATION = /^(?=\d{1,9}s$|\d{1,7}m$|\d{1,5}h$|\d{1,4}d$)(\d+)([smhd])$/;
/** The same, and not nothing. */
export const LEASE = /^(?=\d*[1-9])(?=\d{1,9}s$|\d{1,7}m$|\d{1,5}h$|\d{1,4}d$)\d+[smhd]$/;

/**
 * Seconds in a duration such as `90s`, `30m`, `2h` or `7d`.
 * @throws AgentOsError BAD_VALUE
 */
export function parseDuration(text: string): number {
  const match = DURATION.exec(text);
  if (match !== null) return Number(match[1]) * SECONDS[match[2] as keyof typeof SECONDS];
  throw new AgentOsError('BAD_VALUE', `${quoted(text)} is not a duration`, {
    hint: 'Write a whole number and a unit, at most some thirty years: 90s, 30m, 2h or 7d.',
  });
}

/** Seconds of a lease: at least one. @throws AgentOsError BAD_VALUE */
export function parseLease(text: string): number {
  const seconds = parseDuration(text);
  if (seconds > 0) return seconds;
  throw new AgentOsError('BAD_VALUE', `${quoted(text)} is too short for a lock`, {
    hint: 'Give it a second at least.',
  });
}

/** The shortest way to write so many whole seconds: 7200 is `2h`, 90 is `90s`. */
export function formatDuration(seconds: number): string {
  const unit = (['d', 'h', 'm'] as const).find((u) => seconds > 0 && seconds % SECONDS[u] === 0) ?? 's';
  return `${seconds / SECONDS[unit]}${unit}`;
}
