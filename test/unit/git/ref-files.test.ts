import { expect, it } from 'vitest';
import { readRefFiles } from '../../../src/git/ref-files.ts';
import { makeSandbox } from '../../support/sandbox.ts';

async function makeRefs() {
  const sandbox = await makeSandbox();
  const repository = await sandbox.repository('repository');
  const head = (await sandbox.git(repository, 'rev-parse', 'HEAD')).trim();
  const set = (name: string) => sandbox.git(repository, 'update-ref', `refs/agent-os/${name}`, head);
  return { sandbox, repository, gitDir: `${repository}/.git`, head, set };
}

it('finds loose and packed refs as git lists them', async () => {
  const { sandbox, repository, gitDir, head, set } = await makeRefs();
  for (const name of ['locks/a', 'locks/b%20c', 'claims', 'locksmith']) await set(name);
  await sandbox.git(repository, 'pack-refs', '--all');
  await set('locks/deep/d');
  const other = (await sandbox.git(repository, 'commit-tree', '-m', 'x', 'HEAD^{tree}')).trim();
  await sandbox.git(repository, 'update-ref', 'refs/agent-os/locks/a', other);
  expect([...(readRefFiles(gitDir, ['refs/agent-os/locks/', 'refs/agent-os/claims']) ?? [])]).toEqual([
    ['refs/agent-os/claims', head],
    ['refs/agent-os/locks/a', other],
    ['refs/agent-os/locks/b%20c', head],
    ['refs/agent-os/locks/deep/d', head],
  ]);
});

it('finds nothing where there is nothing', async () => {
  const { gitDir } = await makeRefs();
  expect(readRefFiles(gitDir, ['refs/agent-os/', 'refs/agent-os/locks/x'])).toEqual(new Map());
});

it('leaves symbolic refs and what is no ref to git', async () => {
  const { sandbox, repository, gitDir } = await makeRefs();
  await sandbox.git(repository, 'symbolic-ref', 'refs/agent-os/branch', 'refs/heads/main');
  expect(readRefFiles(gitDir, ['refs/agent-os/'])).toBeNull();
});
