// Loaded into a process by NODE_OPTIONS=--import: its clocks are ahead by so many milliseconds (or behind, if negative),
// or its wall clock stands still.

import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';

const wall = Number(process.env['TEST_WALL_AHEAD'] ?? 0);
const uptime = Number(process.env['TEST_UPTIME_AHEAD'] ?? 0);
const stopped = process.env['TEST_WALL_AT'];
const real = Date.now;
const now = () => (stopped === undefined ? real() + wall : Number(stopped));
const up = os.uptime;

globalThis.Date = class extends Date {
  constructor(...given) {
    super(...(given.length === 0 ? [now()] : given));
  }
  static now() {
    return now();
  }
};
os.uptime = () => up() + uptime / 1000;
syncBuiltinESMExports();
