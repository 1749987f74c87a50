import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findViolations } from '../support/layering.ts';
import { PROJECT } from '../support/sandbox.ts';

test('imports run one way, in no circle, and what is pure stays pure', () => {
  const names = readdirSync(join(PROJECT, 'src'), { recursive: true }).map((name) => `src/${String(name)}`);
  const files = names.filter((name) => name.endsWith('.ts'));
  expect(files.length).toBeGreaterThan(20);
  const sources = new Map(files.map((name) => [name, readFileSync(join(PROJECT, name), 'utf8')]));
  expect(findViolations(sources)).toEqual([]);
});

describe('found is', () => {
  const files = { 'src/git/a.ts': '', 'src/store/a.ts': '', 'src/domain/a.ts': '', 'src/compose.ts': '' };
  const broken: Record<string, { path: string; text: string; found: RegExp }> = {
    'an upward import': {
      path: 'src/domain/b.ts',
      text: "import { x } from '../store/a.ts';",
      found: /store\/a/,
    },
    'an upward type': {
      path: 'src/store/b.ts',
      text: "import type { X } from '../git/a.ts';",
      found: /git\/a/,
    },
    'an inline type': { path: 'src/store/b.ts', text: "type X = import('../git/a.ts').X;", found: /git\/a/ },
    'a re-export': { path: 'src/store/b.ts', text: "export * from '../git/a.ts';", found: /git\/a/ },
    'a lazy import': { path: 'src/app/b.ts', text: "await import('../compose.ts');", found: /compose/ },
    'the store from the command line': {
      path: 'src/cli/b.ts',
      text: "import { x } from '../store/a.ts';",
      found: /store/,
    },
    'a process outside of git': {
      path: 'src/app/b.ts',
      text: "import { spawn } from 'node:child_process';",
      found: /belongs to git/,
    },
    'node in the domain': {
      path: 'src/domain/b.ts',
      text: "import { join } from 'node:path';",
      found: /pure/,
    },
    'a package in the domain': {
      path: 'src/domain/b.ts',
      text: "import { simpleGit } from 'simple-git';",
      found: /pure/,
    },
    'a clock in the domain': {
      path: 'src/domain/b.ts',
      text: 'export const x = () => Date.now();',
      found: /Date.now/,
    },
    "today's date in the domain": {
      path: 'src/domain/b.ts',
      text: 'export const x = () => new Date();',
      found: /new Date/,
    },
    'chance in the domain': {
      path: 'src/domain/b.ts',
      text: 'export const x = Math.random;',
      found: /Math.random/,
    },
    'the environment in the domain': {
      path: 'src/domain/b.ts',
      text: "export const x = process.env['X'];",
      found: /process/,
    },
    'an unknown folder': { path: 'src/utils/b.ts', text: "import 'yaml';", found: /no known layer/ },
    'an import of itself': { path: 'src/git/b.ts', text: "import './b.ts';", found: /cycle/ },
  };
  test.each(Object.entries(broken))('%s', (_, { path, text, found }) => {
    expect(findViolations(new Map([...Object.entries(files), [path, text]])).join('\n')).toMatch(found);
  });

  test('a cycle over three files, once', () => {
    const circle = {
      'src/git/a.ts': "import './b.ts';",
      'src/git/b.ts': "import './c.ts';",
      'src/git/c.ts': "import './a.ts';",
    };
    expect(findViolations(new Map(Object.entries(circle)))).toEqual([
      'cycle: src/git/a.ts → src/git/b.ts → src/git/c.ts → src/git/a.ts',
    ]);
  });

  test('nothing in what is allowed', () => {
    const text = "import { spawn } from 'node:child_process'; import type { X } from '../domain/a.ts';";
    const pure =
      'export const at = (ms: number) => new Date(ms); export const x = { process: 1 }; x.process;';
    const types = "import type { X } from '../store/a.ts';";
    const fine = { 'src/git/b.ts': text, 'src/domain/b.ts': pure, 'src/cli/b.ts': types };
    expect(findViolations(new Map(Object.entries({ ...files, ...fine })))).toEqual([]);
  });
});
