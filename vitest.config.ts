import { defineConfig } from 'vitest/config';

/**
 * One project a kind of test, so that `vitest --project unit` runs what its name says. Those with many processes of
 * their own come after the others, one file at a time.
 */
const project = (name: string, timeout: number, isAlone = false) => ({
  test: {
    name,
    maxWorkers: isAlone ? 1 : 2,
    sequence: { groupOrder: isAlone ? 1 : 0 },
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: timeout,
    hookTimeout: timeout,
    globalSetup: ['test/support/global-setup.ts'],
  },
});

/** For programs that read the results too. */
const results = process.env['VITEST_RESULTS'];

export default defineConfig({
  test: {
    ...(results && { reporters: ['default', 'json'], outputFile: { json: results } }),
    projects: [
      project('unit', 60_000),
      project('properties', 300_000),
      project('contract', 180_000),
      project('integration', 300_000),
      project('race', 900_000, true),
    ],
  },
});
