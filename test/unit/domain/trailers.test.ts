import { describe, expect, it, test } from 'vitest';
import type { AgentName, RecordId, ResourceName } from '../../../src/domain/names.ts';
import {
  formatLockTrailer,
  formatTrailers,
  liftTrailers,
  parseLockTrailer,
  parseTrailers,
} from '../../../src/domain/trailers.ts';

const SESSION = '01KA0000000000000000000000' as RecordId;
const OTHER = '01KA0000000000000000000001' as RecordId;

test('what is formatted is parsed', () => {
  const locks = [{ resource: 'database-schema' as ResourceName, token: 17 }];
  const lines = formatTrailers({ agent: 'go-backend' as AgentName, session: SESSION, locks });
  expect(lines).toEqual([
    'Agent-OS-Agent: go-backend',
    `Agent-OS-Session: ${SESSION}`,
    'Agent-OS-Lock: database-schema@17',
  ]);
  expect(parseTrailers(`feat: login\n\nWhy.\n\n${lines.join('\n')}\n`)).toEqual({
    agents: ['go-backend'],
    sessions: [SESSION],
    locks,
  });
});

test('a commit outside of any session has none', () => {
  expect(formatTrailers({ agent: null, session: null, locks: [] })).toEqual([]);
  expect(parseTrailers('feat: login\n')).toEqual({ agents: [], sessions: [], locks: [] });
});

it.each(['database-schema', 'a@b', 'with space', '100%', 'größe', '🔒', 'src/api', 'Upper', '#17', 'a: b'])(
  'the resource %j survives',
  (name) => {
    const text = formatLockTrailer({ resource: name as ResourceName, token: 1_764_000_000 });
    expect(text).toMatch(/^[\w.%/~+-]+@1764000000$/);
    expect(parseLockTrailer(text)).toEqual({ resource: name, token: 1_764_000_000 });
  },
);

it.each(['', '@1', 'a@', 'a', 'a@-1', 'a@1x', 'a b@1', 'a%@1', '%ff@1', '%00@1', 'a@9999999999999999'])(
  '%j is no lock',
  (text) => {
    expect(parseLockTrailer(text)).toBeNull();
  },
);

describe('counted are', () => {
  test('not the subject and not the text', () => {
    const message =
      'Agent-OS-Agent: subject\n\nThe line\nAgent-OS-Agent: text\nis quoted.\n\nSigned-off-by: A <a@b>\n';
    expect(parseTrailers(message).agents).toEqual([]);
  });

  test('those beside the trailers of others, in any case and with CR', () => {
    const message = `x\r\n\r\nSigned-off-by: A <a@b>\r\nagent-os-agent : go-backend\r\nAgent-OS-Session:${SESSION}\r\n`;
    expect(parseTrailers(message)).toMatchObject({ agents: ['go-backend'], sessions: [SESSION] });
  });

  test('those of every commit that a squash put together, each once', () => {
    const block = (session: string) =>
      `Agent-OS-Agent: go-backend\nAgent-OS-Session: ${session}\nAgent-OS-Lock: db@1`;
    const message = `one\n\n${block(SESSION)}\n\ntwo\n\n${block(OTHER)}\n`;
    expect(parseTrailers(message)).toEqual({
      agents: ['go-backend'],
      sessions: [SESSION, OTHER],
      locks: [{ resource: 'db', token: 1 }],
    });
  });

  test('no values that are none', () => {
    const message = 'x\n\nAgent-OS-Agent: Not A Name\nAgent-OS-Session: 1\nAgent-OS-Lock: nothing\n';
    expect(parseTrailers(message)).toEqual({ agents: [], sessions: [], locks: [] });
  });
});

describe('what a squash has left in the middle', () => {
  const ours = ['Agent-OS-Agent: ada', `Agent-OS-Session: ${SESSION}`];
  const block = ours.join('\n');
  const squash = (...messages: readonly string[]) =>
    ['# This is a combination of commits.', ...messages, '# Please enter the commit message.\n'].join('\n\n');

  test('is taken out, each line once, in the order of the message', () => {
    const theirs = `Agent-OS-Lock: web@3\nAgent-OS-Agent: eve\nagent-os-session : ${OTHER}`;
    const message = squash(
      'one',
      `Signed-off-by: A\n${block}`,
      '# The second:',
      'two',
      theirs,
      'three',
      block,
    );
    expect(liftTrailers(message)).toEqual({
      text: squash('one', 'Signed-off-by: A', '# The second:', 'two', 'three'),
      lines: [...ours, 'Agent-OS-Lock: web@3', 'Agent-OS-Agent: eve', `Agent-OS-Session: ${OTHER}`],
    });
  });

  test.each([
    ['only the last paragraph has any', squash('one', 'two', block)],
    ['nothing but comments follows', squash('one', block, '# Conflicts:\n#\ta')],
    [
      'the cut follows',
      `one\n\n${block}\n\n# ${'-'.repeat(24)} >8 ${'-'.repeat(24)}\ndiff --git a/a b/a\n\nx\n`,
    ],
    [
      'they are quoted',
      squash('Squashed commit of the following:', `    one\n\n    ${ours.join('\n    ')}`, 'two'),
    ],
    ['they stand in prose', squash('one', `Commits say\n${block}`, 'two')],
    ['they are the subject', `${block}\n\ntwo\n`],
    ['there are none', squash('one', 'Signed-off-by: A', 'two')],
  ])('stays where %s', (_, message) => {
    expect(liftTrailers(message)).toEqual({ text: message, lines: [] });
  });
});
