import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { readSettings } from '../../../src/app/settings.ts';
import { COMMANDS } from '../../../src/cli/command-table.ts';

const page = await readFile(new URL('../../../man/git-agent-os.1', import.meta.url), 'utf8');

test('the man page has the line of every command, and of no other', async () => {
  const table = /^\.SH COMMANDS\n\.TS\nl lx\.\n([\s\S]*?)^\.TE$/m.exec(page)?.[1] ?? '';
  expect(table).toBe(COMMANDS.map(({ name, summary }) => `${name}\tT{\n${summary}\nT}\n`).join(''));
});

test('the man page has every setting of this clone', () => {
  const found = [...page.matchAll(/^\\fBagent\\-os\.(\w+)\\fR$/gm)].map(([, name = '']) => name);
  const settings = Object.keys(readSettings(() => undefined, {}));
  const names = settings.map((name) => ({ branch: 'ref', networkBudget: 'timeout' })[name] ?? name);
  expect(found.sort()).toEqual([...names, 'agent'].sort());
});
