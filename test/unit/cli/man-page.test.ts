import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../../src/cli/command-table.ts';

test('the man page has the line of every command, and of no other', async () => {
  const page = await readFile(new URL('../../../man/git-agent-os.1', import.meta.url), 'utf8');
  const table = /^\.SH COMMANDS\n\.TS\nl l\.\n([\s\S]*?)^\.TE$/m.exec(page)?.[1] ?? '';
  expect(table.trimEnd().split('\n')).toEqual(COMMANDS.map(({ name, summary }) => `${name}\t${summary}`));
});
