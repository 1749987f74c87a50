import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { formatCliPage } from '../../scripts/cli-page.js';
import { COMMANDS } from '../../src/cli/command-table.ts';
import { ERROR_CODES } from '../../src/domain/errors.ts';
import { PROJECT } from '../support/sandbox.ts';

const page = () => readFileSync(join(PROJECT, 'docs/cli.md'), 'utf8');

test('docs/cli.md lists every error code with its exit code and meaning', () => {
  const rows = page().matchAll(/^\| `?([A-Z_]+)`? \| (\d) \| (.+?) \|$/gm);
  const documented = [...rows].map(([, code, exit, meaning]) => ({ code, exit: Number(exit), meaning }));
  expect(documented).toEqual(Object.entries(ERROR_CODES).map(([code, entry]) => ({ code, ...entry })));
});

test('docs/cli.md is what `npm run docs` writes', async () => {
  const commands = await Promise.all(COMMANDS.map((entry) => entry.load()));
  expect(page()).toBe(formatCliPage(commands, ERROR_CODES));
});
