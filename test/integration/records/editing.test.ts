import { chmod, readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { makeSandbox } from '../../support/sandbox.ts';

async function makeEditor(path: string, script: string): Promise<Record<string, string>> {
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return { EDITOR: `'${path}' --wait` };
}

test('the project state goes through an editor, comments included', async () => {
  const sandbox = await makeSandbox({ AGENT_OS_AGENT: 'go-backend' });
  const repository = await sandbox.repository('repository');
  await sandbox.json(repository, ['init', '--no-view']);
  await sandbox.json(repository, ['state', 'set', 'focus', 'Login']);
  const edit = (env: Record<string, string>) => sandbox.cli(repository, ['state', 'edit'], { env });

  const swap = await makeEditor(sandbox.path('an editor'), `sed -i 's/Login/Logout # for now/' "$2"`);
  expect(await edit(swap)).toMatchObject({ stdout: 'Changed state/project.yaml\n', stderr: '', exitCode: 0 });
  expect(await sandbox.git(repository, 'show', 'agent-os:state/project.yaml')).toContain(
    'focus: Logout # for now',
  );

  expect(await edit({ EDITOR: 'true' })).toMatchObject({ stdout: 'Nothing was changed.\n', exitCode: 0 });
  expect(await edit({ EDITOR: 'false' })).toMatchObject({ stdout: '', exitCode: 2 });
  expect(await edit({ EDITOR: '' })).toMatchObject({ stdout: '', exitCode: 2 });

  const policy = await makeEditor(
    sandbox.path('policy'),
    `printf 'locks:\\n  ttl: %s # for now\\n' 3h >> "$2"`,
  );
  expect(await sandbox.cli(repository, ['config', 'edit'], { env: policy })).toMatchObject({
    stdout: 'Changed config.yaml\n',
    exitCode: 0,
  });
  expect(await sandbox.cli(repository, ['config', 'get', 'locks.ttl'])).toMatchObject({ stdout: '3h\n' });
  expect(await sandbox.cli(repository, ['config', 'set', 'guards.lock', 'off'])).toMatchObject({
    exitCode: 0,
    stderr: expect.stringContaining('odd: guards.lock has no effect'),
  });

  const broken = await edit(await makeEditor(sandbox.path('broken'), `echo 'a: [1' > "$2"`));
  expect(broken).toMatchObject({ stdout: '', exitCode: 2 });
  const kept = /Your text is in (\S+)\.\n$/.exec(broken.stderr)?.[1] ?? '';
  expect(await readFile(kept, 'utf8')).toBe('a: [1\n');
});
