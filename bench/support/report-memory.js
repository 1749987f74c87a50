import { writeFileSync } from 'node:fs';

process.on('exit', () =>
  writeFileSync(process.env.BENCH_MEMORY_REPORT, String(process.resourceUsage().maxRSS)),
);
