/** The p-quantile (0 to 1) of numbers, by the nearest rank. */
export function quantile(numbers, p) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(p * sorted.length) - 1)];
}

export const median = (numbers) => quantile(numbers, 0.5);

/**
 * Run two things by turns, so that what else the machine does falls on both, and compare their medians.
 * @param {() => Promise<unknown>} subject
 * @param {() => Promise<unknown>} baseline
 * @returns milliseconds of both and their ratio
 */
export async function comparePairs({ subject, baseline, pairs = 50, warmUp = 3 }) {
  const times = { subject: [], baseline: [] };
  for (let pair = -warmUp; pair < pairs; pair += 1) {
    const order = pair % 2 === 0 ? ['subject', 'baseline'] : ['baseline', 'subject'];
    for (const side of order) {
      const started = performance.now();
      await (side === 'subject' ? subject() : baseline());
      if (pair >= 0) times[side].push(performance.now() - started);
    }
  }
  const [ours, theirs] = [median(times.subject), median(times.baseline)];
  return { subject: ours, baseline: theirs, ratio: ours / theirs, pairs };
}
