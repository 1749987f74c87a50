// Loaded into a process by NODE_OPTIONS=--import: its clocks are ahead by so many milliseconds (or behind, if negative).

import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';

const wall = Number(process.env['TEST_WALL_AHEAD'] ?? 0);
const uptime = Number(process.env['TEST_UPTIME_AHEAD'] ?? 0);
const now = Date.now;
const up = os.uptime;

globalThis.Date = class extends Date {
  constructor(...given) {
    super(...(given.length === 0 ? [now() + wall] : given));
  }
  static now() {
    return now() + wall;
  }
};
os.uptime = () => up() + uptime / 1000;
syncBuiltinESMExports();
