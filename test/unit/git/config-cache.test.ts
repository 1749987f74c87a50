import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readConfig } from '../../../src/git/config.ts';
import { openConfigCache } from '../../../src/git/config-cache.ts';
import { makeSandbox } from '../../support/sandbox.ts';

async function makeRepository() {
  const sandbox = await makeSandbox();
  const repository = await sandbox.repository('repository');
  const gitDir = join(repository, '.git');
  mkdirSync(join(gitDir, 'agent-os'));
  const paths = { gitDir, commonDir: gitDir, workTree: repository };
  const env = { ...process.env, ...sandbox.env };
  const cache = openConfigCache(gitDir, gitDir, env);
  const set = (value: string) => sandbox.git(repository, 'config', 'agent-os.agent', value);
  const read = async () => (await readConfig(paths, env)).get('agent-os.agent');
  return { sandbox, repository, cache, set, read };
}

it('remembers the configuration until a file of it changes', async () => {
  const { cache, set, read } = await makeRepository();
  await set('one');
  expect(cache.recall()).toBeNull();
  expect(await read()).toBe('one');
  expect(cache.recall()).toContain('agent-os.agent\none');
  expect(await read()).toBe('one');
  await set('two');
  expect(cache.recall()).toBeNull();
  expect(await read()).toBe('two');
});

it('notices a file of the user that did not exist', async () => {
  const { cache, read, sandbox } = await makeRepository();
  await read();
  expect(cache.recall()).not.toBeNull();
  writeFileSync(join(sandbox.home, '.gitconfig'), '[agent-os]\n\tagent = from-home\n');
  mkdirSync(join(sandbox.home, '.config/git'), { recursive: true });
  writeFileSync(join(sandbox.home, '.config/git/config'), '[agent-os]\n\tagent = from-home\n');
  expect(cache.recall()).toBeNull();
});

it('keeps nothing where includes decide', async () => {
  const { cache, read, repository, sandbox } = await makeRepository();
  await sandbox.git(repository, 'config', 'includeIf.onbranch:main.path', '/nowhere');
  await read();
  expect(cache.recall()).toBeNull();
});
