const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const;

/** A span of milliseconds in at most two neighbouring units, rounded: `2 h 5 min`, `40 s`, `0 s`. */
export function formatSpan(milliseconds: number): string {
  const span = Math.max(0, milliseconds);
  const index = UNITS.findIndex(([, size]) => span >= size);
  const [large, small] = [UNITS[index], UNITS[index + 1]];
  if (large === undefined || small === undefined) return `${Math.round(span / 1000)} s`;
  const rounded = Math.round(span / small[1]) * small[1];
  const rest = (rounded % large[1]) / small[1];
  return `${Math.floor(rounded / large[1])} ${large[0]}${rest === 0 ? '' : ` ${rest} ${small[0]}`}`;
}

/** `2026-11-23 05:00 UTC` of an ISO 8601 time; text that is none stays as it is. */
export function formatMoment(iso: string): string {
  const time = Date.parse(iso);
  if (Number.isNaN(time)) return iso;
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** How a time stands to now: `in 58 min`, `5 s ago`. */
export function formatDistance(iso: string, now: number): string {
  const time = Date.parse(iso);
  if (Number.isNaN(time)) return iso;
  return time >= now ? `in ${formatSpan(time - now)}` : `${formatSpan(now - time)} ago`;
}

/** `2026-11-23 05:00 UTC (in 58 min)` */
export function describeEnd(iso: string, now: number): string {
  return `${formatMoment(iso)} (${formatDistance(iso, now)})`;
}
