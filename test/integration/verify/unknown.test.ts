import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeSandbox, type Sandbox } from '../../support/sandbox.ts';
import { makeTeam } from '../cli/support/team.ts';

const FILES = {
  markdown: 'm.md',
  junit: 'j.xml',
  sarif: 's.sarif',
  codequality: 'c.json',
  github: 'g.txt',
  text: 't.txt',
};

/** A clone of a remote that agent-os works with; nothing of it was fetched yet. */
async function makeClone(sandbox: Sandbox) {
  const { remote, ada } = await makeTeam(sandbox);
  await sandbox.json(ada, ['sync']);
  const tip = await sandbox.git(remote, 'rev-parse', 'agent-os');
  return { remote, ada, tip, clone: await sandbox.clone(remote, 'ci') };
}

/** A check of a range with every format saved. */
async function verifySaving(sandbox: Sandbox, clone: string, range: string) {
  await Promise.all(Object.values(FILES).map((file) => rm(join(clone, file), { force: true })));
  const saves = Object.entries(FILES).map(([format, file]) => `${format}=${file}`);
  const done = await sandbox.cli(clone, ['verify', range, '--format', 'github', '--save', ...saves]);
  const read = (format: keyof typeof FILES) => readFile(join(clone, FILES[format]), 'utf8');
  return { ...done, read };
}

test('a check that cannot be made is told in every format: nobody takes an old verdict for a new one', async () => {
  const sandbox = await makeSandbox();
  const { clone } = await makeClone(sandbox);
  const missing = `${'deadbeef'.repeat(5)}..HEAD`;
  for (const [range, words] of [
    [missing, 'history that has to be checked is not in this clone'],
    ['HEAD..HEAD', 'the remote origin could not be reached'],
  ] as const) {
    if (range !== missing)
      await sandbox.git(clone, 'remote', 'set-url', 'origin', join(sandbox.root, 'nowhere'));
    const { exitCode, stdout, stderr, read } = await verifySaving(sandbox, clone, range);
    expect(exitCode).toBe(5);
    expect(stdout).toMatch(/^::error title=agent-os%3A cannot know::/);
    expect(stdout).toContain(words);
    expect(stderr).toContain(`error: ${words}`);
    expect(await read('github')).toContain(words);
    expect(await read('text')).toContain(`unknown ${words}`);
    expect(await read('markdown')).toContain('Cannot be known');
    expect(await read('markdown')).toContain(words);
    expect(await read('junit')).toContain('<error message="cannot know">');
    expect(JSON.parse(await read('sarif'))).toMatchObject({
      runs: [{ results: [], invocations: [{ executionSuccessful: false }] }],
    });
    expect(JSON.parse(await read('codequality'))).toMatchObject([{ check_name: 'unknown' }]);
  }
  const printed = await sandbox.cli(clone, ['verify', 'HEAD..HEAD']);
  expect(printed).toMatchObject({ exitCode: 5, stdout: '' });
  expect(await sandbox.json(clone, ['verify', 'HEAD..HEAD'], { exit: 5 })).toMatchObject({
    findings: [],
    unknown: [expect.stringContaining('could not be reached')],
    branch: { ref: 'refs/heads/agent-os', tip: null },
    error: { code: 'REMOTE_UNREACHABLE' },
  });
});

test('a branch that was removed is a finding for who knows that it was there, and unknown for all others', async () => {
  const sandbox = await makeSandbox();
  const { remote, ada, clone, tip } = await makeClone(sandbox);
  const fresh = await sandbox.clone(remote, 'fresh');
  await sandbox.json(clone, ['verify', '--state']);
  const topic = await sandbox.commitFile(clone, 'a', '1');
  await sandbox.git(remote, 'update-ref', '-d', 'refs/heads/agent-os');
  const gone = {
    findings: [
      {
        ...{ rule: 'branch-history', severity: 'error' },
        message: `refs/heads/agent-os was removed: there is none on origin, and ${tip.slice(0, 12)} was its tip`,
      },
    ],
    branch: { tip: null },
    error: { code: 'POLICY' },
  };

  for (const time of ['first', 'again'])
    expect(await sandbox.json(clone, ['verify', `${topic}~1..HEAD`], { exit: 4 }), time).toMatchObject({
      ...gone,
      unknown: [expect.stringContaining('were not judged')],
      commits: 1,
    });
  const state = ['verify', '--state'];
  expect(await sandbox.json(fresh, [...state, '--before', tip], { exit: 4 })).toMatchObject({
    ...gone,
    unknown: [],
  });
  for (const args of [state, [...state, '--before', '0'.repeat(40)], ['verify', 'HEAD..HEAD']])
    expect(await sandbox.json(fresh, args, { exit: 5 }), args.join(' ')).toMatchObject({
      findings: [],
      unknown: [expect.stringContaining('there is no refs/heads/agent-os on origin')],
      error: { code: 'CANNOT_VERIFY', hint: 'Run `agent-os init`.' },
    });

  await sandbox.json(ada, ['sync']);
  expect(await sandbox.json(fresh, [...state, '--before', tip])).toMatchObject({ findings: [] });
});
