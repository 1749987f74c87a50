import { AgentOsError } from './errors.ts';
import { quoted } from './names.ts';

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** A duration as people write it: a whole number and one unit, `90s`, `30m`, `2h`, `7d`. */
export const DURATION = /^(\d{1,9})([smhd])$/;

/**
 * Seconds in a duration such as `90s`, `30m`, `2h` or `7d`.
 * @throws AgentOsError BAD_VALUE
 */
export function parseDuration(text: string): number {
  const match = DURATION.exec(text);
  if (match !== null) return Number(match[1]) * SECONDS[match[2] as keyof typeof SECONDS];
  throw new AgentOsError('BAD_VALUE', `${quoted(text)} is not a duration`, {
    hint: 'Write a whole number and a unit: 90s, 30m, 2h or 7d.',
  });
}

/** The shortest way to write so many whole seconds: 7200 is `2h`, 90 is `90s`. */
export function formatDuration(seconds: number): string {
  const unit = (['d', 'h', 'm'] as const).find((u) => seconds > 0 && seconds % SECONDS[u] === 0) ?? 's';
  return `${seconds / SECONDS[unit]}${unit}`;
}
