import { describe, expect, it } from 'vitest';
import { matchTrigger, readCommitKind } from '../../../../src/domain/definition/trigger-match.ts';

const commit = (message: string, paths: string[] = [], trailers: [string, string][] = []) => ({
  message,
  paths,
  trailers: trailers.map(([key, value]) => ({ key, value })),
});

describe('a trigger', () => {
  it('waits for all that it names, and tells the paths that it covers', () => {
    const trigger = { paths: ['db/**', '!x', ''], commits: ['fix', 'feat'], trailers: ['Needs-Review: DB'] };
    const paths = ['a', 'db/1', 'db/2/3'];
    const trailers: [string, string][] = [['needs-review', 'db']];
    expect(matchTrigger(trigger, commit('feat: x', paths, trailers))).toEqual({ paths: ['db/1', 'db/2/3'] });
    expect(matchTrigger(trigger, commit('docs: x', paths, trailers))).toBeNull();
    expect(matchTrigger(trigger, commit('feat: x', ['a'], trailers))).toBeNull();
    expect(matchTrigger(trigger, commit('feat: x', paths))).toBeNull();
  });

  it('that names nothing waits for nothing', () => {
    expect(matchTrigger({ paths: [], commits: [], trailers: [] }, commit('feat: x', ['a']))).toBeNull();
  });

  it.each([
    ['feat', 'FEAT: x', true],
    ['feat', 'feature: x', false],
    ['feat', 'feat(api): x', true],
    ['feat(api)', 'feat(api): x', true],
    ['feat(api)', 'feat(web): x', false],
    ['feat!', 'feat: x', false],
    ['feat!', 'feat(api)!: x', true],
    ['breaking', 'fix: x\n\nBREAKING CHANGE: y', true],
    ['*', 'anything: x', true],
    ['*', 'anything', false],
    ['[', 'feat: x', false],
  ])('for %s of %j: %s', (wanted, message, expected) => {
    expect(matchTrigger({ commits: [wanted] }, commit(message, ['a'])) !== null).toBe(expected);
  });

  it('for a trailer of any value', () => {
    expect(
      matchTrigger({ trailers: ['Needs-Deploy'] }, commit('x', ['a'], [['Needs-Deploy', 'now']])),
    ).toEqual({
      paths: ['a'],
    });
  });
});

it.each([
  ['feat(api)!: x', { type: 'feat', scope: 'api', isBreaking: true }],
  ['Merge branch: x', null],
  ['fix:x', null],
])('%j is read as a conventional commit', (message, kind) => {
  expect(readCommitKind(message)).toEqual(kind);
});
