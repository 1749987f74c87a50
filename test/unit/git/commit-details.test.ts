import { describe, expect, it } from 'vitest';
import type { Oid } from '../../../src/domain/names.ts';
import { openCodeHistory } from '../../../src/git/code-history.ts';
import { discoverRepository } from '../../../src/git/repository.ts';
import { makeSandbox, type Sandbox } from '../../support/sandbox.ts';

async function historyOf(sandbox: Sandbox, repository: string) {
  return openCodeHistory((await discoverRepository(repository, sandbox.env)).paths);
}

const MESSAGE =
  'feat(api)!: login\n\nA body: with a colon.\n\nNeeds-Review: security\nAgent-OS-Agent: go-backend';

describe('details of commits', () => {
  it('tell message, trailers and paths, hostile names included', async () => {
    const sandbox = await makeSandbox();
    const repository = await sandbox.repository('code');
    const odd = ':100644 commit\n\u00fc';
    const oid = (await sandbox.commitFile(repository, `./${odd}`, 'x', MESSAGE)) as Oid;
    const empty = await sandbox.git(repository, 'rev-parse', 'HEAD~1');
    const history = await historyOf(sandbox, repository);
    const nobody = 'f'.repeat(40) as Oid;
    const [first, second, ...others] = await history.details([oid, nobody, empty as Oid]);
    expect(others).toEqual([]);
    expect(first).toMatchObject({
      oid,
      author: 'code',
      subject: 'feat(api)!: login',
      message: `${MESSAGE}\n`,
      paths: [odd],
      trailers: [
        { key: 'Needs-Review', value: 'security' },
        { key: 'Agent-OS-Agent', value: 'go-backend' },
      ],
    });
    expect(first?.authoredAt).toBe(first?.committedAt);
    expect(second).toMatchObject({ oid: empty, paths: [], change: null });
  });

  it('a rename touches both names, a merge only what its parents do not have', async () => {
    const sandbox = await makeSandbox();
    const repository = await sandbox.repository('code');
    await sandbox.commitFile(repository, 'old', 'text\n'.repeat(50));
    await sandbox.git(repository, 'mv', 'old', 'new');
    await sandbox.git(repository, 'commit', '--quiet', '-m', 'move');
    const moved = (await sandbox.git(repository, 'rev-parse', 'HEAD')) as Oid;
    await sandbox.git(repository, 'checkout', '--quiet', '-b', 'side', 'HEAD~1');
    await sandbox.commitFile(repository, 'side', 'x');
    await sandbox.git(repository, 'merge', '--quiet', '-m', 'merge', 'main');
    const merged = (await sandbox.git(repository, 'rev-parse', 'HEAD')) as Oid;
    const history = await historyOf(sandbox, repository);
    const details = await history.details([moved, merged]);
    expect(details.map(({ paths }) => paths)).toEqual([['new', 'old'], []]);
  });

  it('an amended, rebased or cherry-picked commit makes the same change', async () => {
    const sandbox = await makeSandbox();
    const repository = await sandbox.repository('code');
    const first = (await sandbox.commitFile(repository, 'a', '1')) as Oid;
    await sandbox.git(repository, 'commit', '--quiet', '--amend', '-m', 'other words');
    const amended = (await sandbox.git(repository, 'rev-parse', 'HEAD')) as Oid;
    await sandbox.git(repository, 'checkout', '--quiet', '-b', 'side', 'HEAD~1');
    await sandbox.commitFile(repository, 'b', '1');
    await sandbox.git(repository, 'cherry-pick', first);
    const picked = (await sandbox.git(repository, 'rev-parse', 'HEAD')) as Oid;
    const other = (await sandbox.commitFile(repository, 'a', '2')) as Oid;
    const history = await historyOf(sandbox, repository);
    const changes = (await history.details([first, amended, picked, other])).map(({ change }) => change);
    expect(new Set(changes.slice(0, 3)).size).toBe(1);
    expect(changes[3]).not.toBe(changes[0]);
  });

  it('a root commit adds its files; the oldest commit of a shallow clone tells nothing', async () => {
    const sandbox = await makeSandbox();
    const repository = await sandbox.repository('code', { empty: true });
    const root = (await sandbox.commitFile(repository, 'a', '1')) as Oid;
    const next = (await sandbox.commitFile(repository, 'b', '1')) as Oid;
    expect(await (await historyOf(sandbox, repository)).details([root])).toMatchObject([{ paths: ['a'] }]);
    await sandbox.git(sandbox.root, 'clone', '--quiet', '--depth=1', `file://${repository}`, 'shallow');
    const shallow = await historyOf(sandbox, sandbox.path('shallow'));
    expect(await shallow.details([next])).toMatchObject([{ oid: next, paths: [], change: null }]);
  });
});
