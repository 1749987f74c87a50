import { describe, expect, test } from 'vitest';
import type { Oid, RefName } from '../../../src/domain/names.ts';
import { openCodeAudit } from '../../../src/git/code-audit.ts';
import { openCodeReview } from '../../../src/git/code-review.ts';
import { discoverRepository } from '../../../src/git/repository.ts';
import { makeSandbox, type Sandbox } from '../../support/sandbox.ts';

async function openReview(sandbox: Sandbox, repository: string, remote: string | null = null) {
  const { paths } = await discoverRepository(repository, sandbox.env);
  const audit = openCodeAudit({ paths, remote, offline: false, budget: 120_000, sshCommand: null });
  return openCodeReview({ paths, remote, branch: 'refs/heads/agent-os' as RefName, audit });
}

describe('commits of a range', () => {
  test('come newest first, with message and paths, whatever they are named', async () => {
    const sandbox = await makeSandbox();
    const repository = await sandbox.repository('r');
    const names = ['a b.txt', './:100644 c', 'ü\tx', '"q"'];
    for (const name of names) await sandbox.commitFile(repository, name, 'x', `add\n\nbody of ${name}`);
    await sandbox.git(repository, 'commit', '-q', '--allow-empty', '-m', 'empty');
    await sandbox.git(repository, 'mv', 'a b.txt', 'd');
    await sandbox.git(repository, 'commit', '-q', '-m', 'rename');
    const review = await openReview(sandbox, repository);
    const range = await review.resolve('HEAD~5..HEAD');
    expect(range.branch).toBe('main');
    const commits = await review.commits(range, 10);
    expect(commits.map(({ message, paths }) => [message.split('\n')[0], ...paths])).toEqual([
      ['rename', 'a b.txt', 'd'],
      ['empty'],
      ['add', '"q"'],
      ['add', 'ü\tx'],
      ['add', ':100644 c'],
    ]);
    expect(commits.at(-1)?.message).toBe('add\n\nbody of ./:100644 c\n');
    expect((await review.commits(range, 2)).length).toBe(2);
  });

  test('do not depend on the user’s configuration', async () => {
    const sandbox = await makeSandbox();
    const repository = await sandbox.repository('r');
    await sandbox.commitFile(repository, 'a', 'x'.repeat(500));
    const settings = {
      ...{
        'log.showSignature': 'true',
        'log.decorate': 'full',
        'format.pretty': 'oneline',
        'log.follow': 'true',
      },
      ...{ 'diff.renames': 'copies', 'log.date': 'iso', 'diff.noprefix': 'true', 'diff.external': 'false' },
      ...{ 'color.ui': 'always', 'log.diffMerges': 'first-parent', 'notes.displayRef': 'refs/notes/*' },
    };
    for (const [key, value] of Object.entries(settings)) await sandbox.git(repository, 'config', key, value);
    await sandbox.git(repository, 'mv', 'a', 'b');
    await sandbox.git(repository, 'commit', '-q', '-m', 'rename');
    await sandbox.git(repository, 'notes', 'add', '-m', 'a note');
    await sandbox.git(repository, 'checkout', '-q', '-b', 'side', 'HEAD~1');
    await sandbox.commitFile(repository, 'c', 'x');
    await sandbox.git(repository, 'merge', '-q', '-m', 'merge', 'main');
    const review = await openReview(sandbox, repository);
    const commits = await review.commits(await review.resolve('HEAD~2..HEAD'), 10);
    expect(commits.map(({ message, parents, paths }) => [message, parents.length, paths])).toContainEqual([
      'merge\n',
      2,
      [],
    ]);
    expect(commits).toContainEqual(expect.objectContaining({ message: 'rename\n', paths: ['a', 'b'] }));
  });
});

describe('a range', () => {
  test('is refused when it is none, or names what is not here', async () => {
    const sandbox = await makeSandbox();
    const review = await openReview(sandbox, await sandbox.repository('r'));
    for (const range of [
      'HEAD',
      'a...b',
      '',
      '--all..HEAD',
      'main..--output=x',
      'nowhere..HEAD',
      'HEAD..a b',
    ])
      await expect(review.resolve(range), range).rejects.toMatchObject({ code: 'BAD_VALUE' });
  });

  test('begins at the remote’s main branch where none is given', async () => {
    const sandbox = await makeSandbox();
    const clone = await sandbox.clone(await sandbox.bareRemote(), 'ada');
    await sandbox.git(clone, 'checkout', '-q', '-b', 'topic/x');
    const tip = await sandbox.commitFile(clone, 'a', 'x');
    const review = await openReview(sandbox, clone, 'origin');
    expect(await review.resolve(null)).toMatchObject({
      text: 'origin/HEAD..HEAD',
      to: tip,
      branch: 'topic/x',
    });
    expect(await review.resolve('origin/main..topic/x')).toMatchObject({ branch: 'topic/x' });
    await sandbox.git(clone, 'checkout', '-q', '--detach');
    expect(await review.resolve('..')).toMatchObject({ from: tip, to: tip, branch: null });
  });

  test('cannot be guessed where nothing is called main', async () => {
    const sandbox = await makeSandbox();
    const repository = await sandbox.repository('r');
    await sandbox.git(repository, 'branch', '-m', 'trunk');
    const review = await openReview(sandbox, repository);
    await expect(review.resolve(null)).rejects.toMatchObject({ code: 'BAD_VALUE' });
  });
});

test('patch ids are those of the change, not of the commit', async () => {
  const sandbox = await makeSandbox();
  const repository = await sandbox.repository('r');
  const base = await sandbox.git(repository, 'rev-parse', 'HEAD');
  await sandbox.git(repository, 'checkout', '-q', '-b', 'topic');
  const made = [
    await sandbox.commitFile(repository, 'a', '1\n'),
    await sandbox.commitFile(repository, 'b', '\0\x01'),
  ];
  await sandbox.git(repository, 'checkout', '-q', 'main');
  await sandbox.commitFile(repository, 'other', 'x');
  await sandbox.git(repository, 'config', 'diff.noprefix', 'true');
  await sandbox.git(repository, 'config', 'diff.algorithm', 'histogram');
  await sandbox.git(repository, 'cherry-pick', ...made);
  const picked = (await sandbox.git(repository, 'rev-list', '--reverse', '-2', 'HEAD')).split('\n') as Oid[];
  await sandbox.git(repository, 'checkout', '-q', '-b', 'squash', 'HEAD~2');
  await sandbox.git(repository, 'merge', '-q', '--squash', 'topic');
  await sandbox.git(repository, 'commit', '-q', '-m', 'squashed');
  const squashed = (await sandbox.git(repository, 'rev-parse', 'HEAD')) as Oid;

  const review = await openReview(sandbox, repository);
  const missing = 'f'.repeat(40) as Oid;
  const ids = await review.patchIds([...(made as Oid[]), ...picked, squashed, missing]);
  expect(ids.size).toBe(5);
  const [first, second] = made as [Oid, Oid];
  expect([ids.get(picked[0] as Oid), ids.get(picked[1] as Oid)]).toEqual([ids.get(first), ids.get(second)]);
  expect(await review.combinedPatchId(base as Oid, second)).toBe(ids.get(squashed));
  expect(await review.combinedPatchId(base as Oid, base as Oid)).toBeNull();
  expect(await review.combinedPatchId(base as Oid, missing)).toBeNull();
});

test('branches that are not merged show their own commits, each once, the agent-os branch aside', async () => {
  const sandbox = await makeSandbox();
  const remote = await sandbox.bareRemote();
  const clone = await sandbox.clone(remote, 'ada');
  const branch = async (name: string, from: string, file: string) => {
    await sandbox.git(clone, 'checkout', '-q', '-b', name, from);
    return sandbox.commitFile(clone, file, name);
  };
  await branch('topic', 'main', 'a');
  await branch('merged', 'main', 'm');
  await branch('one', 'main', 'a');
  const two = await branch('two', 'one', 'b');
  await branch('agent-os', 'main', 'z');
  await branch('pushed', 'main', 'p');
  await sandbox.git(clone, 'push', '-q', 'origin', 'two', 'pushed');
  await sandbox.git(clone, 'branch', '-q', '-D', 'agent-os');
  await sandbox.git(clone, 'update-ref', 'refs/remotes/origin/agent-os', two);
  await sandbox.git(clone, 'checkout', '-q', 'two');
  await sandbox.git(clone, 'branch', '-q', '-D', 'pushed');
  await sandbox.git(clone, 'checkout', '-q', 'topic');
  await sandbox.git(clone, 'merge', '-q', '-m', 'm', 'merged');
  const review = await openReview(sandbox, clone, 'origin');
  const { branches, left } = await review.unmerged(await review.resolve('main..topic'), 30);
  const found = branches.map(({ name, commits }) => [name, commits.flatMap(({ paths }) => paths).sort()]);
  expect(found.sort()).toEqual([
    ['one', ['a']],
    ['origin/pushed', ['p']],
    ['two', ['a', 'b']],
  ]);
  expect(left).toBe(0);
});
