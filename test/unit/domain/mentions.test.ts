import { expect, test } from 'vitest';
import { findMentions } from '../../../src/domain/mentions.ts';

test('a line that begins with @agent: is a command; talk about an agent is none', () => {
  const message = [
    'feat: login',
    '',
    'Ask @agent:go-backend about it.',
    '  @agent:go-backend create-service auth',
    '@agent:go-backend create-service auth',
    '@agent:web rebuild',
    '# @agent:web comment',
    '# ------------------------ >8 ------------------------',
    '@agent:web in the diff',
  ].join('\r\n');
  expect(findMentions(message).map(({ text }) => text)).toEqual([
    '@agent:go-backend create-service auth',
    '@agent:web rebuild',
  ]);
});

test('no message makes more than 20 of them', () => {
  const lines = Array.from({ length: 50 }, (_, number) => `@agent:web command ${number}`);
  expect(findMentions(lines.join('\n'))).toHaveLength(20);
});
