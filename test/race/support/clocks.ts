import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const MODULE = pathToFileURL(join(import.meta.dirname, 'shifted-clock.js')).href;

/**
 * The environment of a process whose clocks are ahead of the machine's, in seconds (negative: behind).
 * `wall` is what people set and get wrong; `uptime` only ever grows, so a shift of both is time that has passed.
 */
export function clocksAhead(shift: {
  readonly wall?: number;
  readonly uptime?: number;
}): Record<string, string> {
  return {
    NODE_OPTIONS: `--import=${MODULE}`,
    TEST_WALL_AHEAD: String((shift.wall ?? 0) * 1000),
    TEST_UPTIME_AHEAD: String((shift.uptime ?? 0) * 1000),
  };
}

/** For a machine whose wall clock stands still, at so many milliseconds since 1970. */
export function clockStopped(at: number): Record<string, string> {
  return { ...clocksAhead({}), TEST_WALL_AT: String(at) };
}

/** For a machine on which so many seconds have passed since. */
export function timePassed(seconds: number): Record<string, string> {
  return clocksAhead({ wall: seconds, uptime: seconds });
}
