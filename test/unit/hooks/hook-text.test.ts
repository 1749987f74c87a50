import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  findSnippet,
  HOOKS,
  hasBlock,
  insertBlock,
  isShellScript,
  ownHook,
  removeBlock,
  snippet,
  wrapHook,
} from '../../../src/hooks/hook-text.ts';
import { editLefthook, hasLefthookJob } from '../../../src/hooks/lefthook.ts';
import { editPreCommit } from '../../../src/hooks/pre-commit-config.ts';
import { parsePushLines } from '../../../src/hooks/push-lines.ts';

test('a script without its block is byte for byte what it was', () => {
  const script = fc
    .tuple(fc.constantFrom('#!/bin/sh\n', '#!/usr/bin/env bash\r\n', ''), fc.string())
    .map(([first, rest]) => `${first}echo\n${rest}`);
  fc.assert(
    fc.property(script, fc.constantFrom(...HOOKS), (text, hook) => {
      const changed = insertBlock(text, hook);
      expect(hasBlock(changed)).toBe(true);
      expect(removeBlock(changed)).toBe(text);
    }),
  );
});

it.each(HOOKS)('of a file that only agent-os wrote, nothing is left: %s', (hook) => {
  for (const text of [
    ownHook(hook),
    insertBlock(null, hook),
    insertBlock(null, hook, { shebang: false }),
    wrapHook(hook),
    // As it was before it looked for the x bit.
    wrapHook(hook).replace(/if .*; then (exec .*); fi\n$/, '$1\n'),
  ]) {
    expect(removeBlock(text)).toBeNull();
  }
});

it.each([
  ['#!/bin/sh\n', true],
  ['#!/bin/sh -e\n', true],
  ['#! /usr/bin/env bash\n', true],
  ['#!/usr/bin/env -S bash -eu\n', true],
  ['#!/usr/local/bin/zsh', true],
  ['#!/usr/bin/env python3\n', false],
  ['#!/usr/bin/fish\n', false],
  ['#!/bin/shred\n', false],
  ['echo\n', false],
])('%j is a shell script: %s', (text, expected) => {
  expect(isShellScript(text)).toBe(expected);
});

describe("lefthook's personal configuration", () => {
  test('keeps what it has, and loses only the job', () => {
    const text = '# mine\npre-commit:\n  jobs:\n    - name: own # first\n      run: lint\n';
    const changed = editLefthook(text, ['pre-commit', 'pre-push']) ?? '';
    expect(hasLefthookJob(changed, 'pre-commit') && hasLefthookJob(changed, 'pre-push')).toBe(true);
    expect(editLefthook(changed, ['pre-commit', 'pre-push'])).toBe(changed);
    expect(editLefthook(changed, [])).toBe(text);
  });

  test('that nobody can read is left alone; one that was only ours is gone', () => {
    expect(editLefthook('a: [', ['pre-commit'])).toBe('a: [');
    expect(editLefthook(editLefthook(null, ['pre-commit']), [])).toBeNull();
  });
});

test("an entry of pre-commit's configuration follows its indentation, and a list in brackets is left alone", () => {
  const flat = 'repos:\n- repo: meta\n  hooks: []\n';
  const changed = editPreCommit(flat, ['pre-commit']) ?? '';
  expect(changed).toContain('\n- repo: local\n  hooks:\n    - id: agent-os-pre-commit\n');
  expect(editPreCommit(changed, ['pre-commit'])).toBe(changed);
  expect(editPreCommit(changed, [])).toBe(flat);
  expect(editPreCommit('repos: []\n', ['pre-commit'])).toBeNull();
});

test("the lines of pre-push's input: new, moved, removed; anything else is none", () => {
  const [one, two, zero] = ['1', '2', '0'].map((digit) => digit.repeat(40));
  const text = `refs/heads/a ${one} refs/heads/a ${zero}\nHEAD ${one} refs/heads/b ${two}\n(delete) ${zero} refs/heads/c ${two}\nnonsense\n`;
  expect(parsePushLines(text)).toEqual([
    { local: one, ref: 'refs/heads/a', remote: null },
    { local: one, ref: 'refs/heads/b', remote: two },
    { local: null, ref: 'refs/heads/c', remote: two },
  ]);
});

test('a snippet is found where it runs, and not in a comment', () => {
  const found = snippet('pre-push');
  expect(findSnippet(`#!/bin/sh\n\n# mine\n${found}\nrest\n`, 'pre-push')).toBe('first');
  expect(findSnippet(`#!/bin/sh\nmake\n${found}\n`, 'pre-push')).toBe('later');
  expect(findSnippet('#!/bin/sh\n# see /agent-os/hooks/pre-push\n', 'pre-push')).toBeNull();
  expect(findSnippet(found, 'pre-commit')).toBeNull();
});
