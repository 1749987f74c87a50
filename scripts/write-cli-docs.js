// Writes docs/cli.md from the commands themselves and the table of error codes. Run it after changing one of them;
// a test fails while the page is another.
import { writeFile } from 'node:fs/promises';
import { formatCliPage } from './cli-page.js';
import { loadSource } from './load-source.js';

const [{ COMMANDS }, { ERROR_CODES }] = await Promise.all([
  loadSource('src/cli/command-table.ts'),
  loadSource('src/domain/errors.ts'),
]);
const commands = await Promise.all(COMMANDS.map((entry) => entry.load()));
await writeFile(new URL('../docs/cli.md', import.meta.url), formatCliPage(commands, ERROR_CODES));
