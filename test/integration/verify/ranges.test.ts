import { expect, test } from 'vitest';
import { makeSandbox, type Sandbox } from '../../support/sandbox.ts';
import { makeTeam } from '../cli/support/team.ts';

/** A main branch of 61 commits and a topic of 60 more, with a tag in its middle. */
async function makeHistory(sandbox: Sandbox) {
  const { remote, ada } = await makeTeam(sandbox);
  await sandbox.json(ada, ['sync']);
  const grow = async (branch: string) => {
    const from = await sandbox.git(ada, 'rev-parse', 'main');
    const commits = Array.from({ length: 60 }, (_, index) =>
      [
        `commit refs/heads/${branch}`,
        `committer Ada <ada@example.com> ${1_795_300_000 + index} +0000`,
        `data <<END\n${branch} ${index}\nEND`,
        ...(index === 0 ? [`from ${from}`] : []),
      ].join('\n'),
    );
    const input = `${commits.join('\n')}\n`;
    const { stderr, exitCode } = await sandbox.tryGit(ada, ['fast-import', '--quiet'], { input });
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  };
  await grow('main');
  await grow('topic');
  await sandbox.git(ada, 'tag', '-a', '-m', 'half', 'v1', 'topic~30');
  await sandbox.git(ada, 'push', '-q', '--no-verify', 'origin', 'main', 'topic', 'v1');
  return { ada, url: `file://${remote}` };
}

test('a clone of one commit takes ranges as a whole clone does, and moves no ref for them', async () => {
  const sandbox = await makeSandbox();
  const { url } = await makeHistory(sandbox);
  for (const [index, [range, commits]] of (
    [
      ['HEAD~1..HEAD', 1],
      ['HEAD~2^..', 3],
      ['origin/main..HEAD', 60],
      ['main~3..HEAD', 63],
      ['refs/remotes/origin/main..refs/heads/topic', 60],
      ['v1..HEAD', 30],
      ['v1~1..v1', 1],
    ] as const
  ).entries()) {
    const clone = await sandbox.clone(url, `clone-${index}`, {
      args: ['--depth=1', '--no-tags', '--branch=topic'],
    });
    const refs = await sandbox.git(clone, 'for-each-ref', 'refs/heads', 'refs/remotes', 'refs/tags');
    expect(await sandbox.json(clone, ['verify', range]), range).toMatchObject({ commits, unknown: [] });
    expect(await sandbox.git(clone, 'for-each-ref', 'refs/heads', 'refs/remotes', 'refs/tags')).toBe(refs);
  }
});

test('what cannot be found is told with what to do: fetch it, ask the remote, or type another range', async () => {
  const sandbox = await makeSandbox();
  const { ada, url } = await makeHistory(sandbox);
  const shallow = await sandbox.clone(url, 'shallow', { args: ['--depth=1', '--branch=topic'] });
  const refuse = async (clone: string, exit: number, ...args: string[]) =>
    ((await sandbox.json(clone, ['verify', ...args], { exit })) as { error: object }).error;

  for (const range of ['HEAD~1..HEAD', 'origin/main..HEAD'])
    expect(await refuse(shallow, 5, range, '--offline'), range).toMatchObject({
      code: 'CANNOT_VERIFY',
      hint: expect.stringMatching(/^Leave out --offline, or fetch it: git fetch --unshallow origin /),
    });
  expect(await refuse(shallow, 5, 'abc1234..HEAD')).toMatchObject({
    code: 'CANNOT_VERIFY',
    message: "'abc1234..HEAD' begins at 'abc1234', which names no commit in this shallow clone",
    hint: expect.stringMatching(/^Fetch it: git fetch --unshallow origin /),
  });
  for (const range of ['nowhere..HEAD', 'HEAD~1000..HEAD', 'HEAD..origin/nowhere'])
    expect(await refuse(ada, 2, range), range).toMatchObject({ code: 'BAD_VALUE' });
  expect(await refuse(ada, 2, 'nowhere..HEAD', '--offline')).toMatchObject({
    hint: 'Without --offline, the remote is asked too.',
  });
  for (const command of ['verify', 'report'])
    expect(await sandbox.json(ada, [command, 'main...topic'], { exit: 2 })).toMatchObject({
      error: { message: expect.stringContaining('three dots'), hint: expect.stringContaining('A..B') },
    });
});
