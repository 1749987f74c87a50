import type { Moment } from '../../domain/locks/takeover.ts';
import type { Clock } from '../../domain/ports.ts';

/** What the clocks of this machine say now. */
export function readMoment(clock: Clock): Moment {
  return { wall: clock.now(), uptime: clock.uptime(), bootId: clock.bootId() };
}

/** Milliseconds since a moment; null when the machine was started anew in between, so that nobody knows. */
export function elapsedSince(moment: Moment, clock: Clock): number | null {
  return moment.bootId === clock.bootId() ? clock.uptime() - moment.uptime : null;
}

export function isMoment(value: unknown): value is Moment {
  if (typeof value !== 'object' || value === null) return false;
  const { wall, uptime, bootId } = value as Partial<Record<keyof Moment, unknown>>;
  return typeof wall === 'number' && typeof uptime === 'number' && typeof bootId === 'string';
}
