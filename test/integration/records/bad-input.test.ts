import { writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { makeSandbox, type Sandbox } from '../../support/sandbox.ts';

const MEBIBYTE = 1024 * 1024;

/** One repository without a remote, with a branch. */
async function makeRepository(): Promise<{ sandbox: Sandbox; repository: string }> {
  const sandbox = await makeSandbox({ AGENT_OS_AGENT: 'go-backend' });
  const repository = await sandbox.repository('repository');
  await sandbox.json(repository, ['init', '--no-view']);
  return { sandbox, repository };
}

const tipOf = (sandbox: Sandbox, repository: string) => sandbox.git(repository, 'rev-parse', 'agent-os');

/** A commit on the branch by plain git: `entries` as `git mktree` reads them, below `folder`. */
async function commitTree(
  sandbox: Sandbox,
  repository: string,
  files: readonly { readonly path: string; readonly content: string }[],
): Promise<void> {
  const index = { GIT_INDEX_FILE: sandbox.path('index') };
  const git = async (args: readonly string[], input?: string) =>
    (
      await sandbox.tryGit(repository, args, { env: index, ...(input !== undefined && { input }) })
    ).stdout.trim();
  await git(['read-tree', 'agent-os']);
  for (const { path, content } of files) {
    const blob = await git(['hash-object', '-w', '--stdin'], content);
    await git(['update-index', '--add', '--cacheinfo', `100644,${blob},${path}`]);
  }
  const commit = await git(['commit-tree', '-p', 'agent-os', '-m', 'by hand', await git(['write-tree'])]);
  await git(['update-ref', 'refs/heads/agent-os', commit]);
}

describe('names', () => {
  const NAMES = ['a/b', '..', '../../x', 'a b', 'Ada', '👋', 'x'.repeat(10_000), ''];

  test.each(NAMES)('%j is refused as agent, recipient and speaker, and nothing is written', async (name) => {
    const { sandbox, repository } = await makeRepository();
    const tip = await tipOf(sandbox, repository);
    for (const args of [
      ['send', `${name},go-backend`, 'Hello'],
      ['handoff', name, 'Hello'],
      ['log', 'show', name],
      ['agent', 'show', name],
      ['inbox', '--from', name],
      ['start', 'x', `--agent=${name}`],
    ]) {
      const { stdout, stderr, exitCode } = await sandbox.cli(repository, args);
      expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
      expect(stderr).toMatch(/^error: '.*' (\(10\d* characters\) )?is not an agent name\nhint: /);
      expect(stderr.length).toBeLessThan(400);
    }
    expect(await tipOf(sandbox, repository)).toBe(tip);
  });

  test('that begin with - are options, or refused after --', async () => {
    const { sandbox, repository } = await makeRepository();
    expect(await sandbox.cli(repository, ['send', '-x', 'Hello'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("unknown option '-x'"),
    });
    expect(await sandbox.cli(repository, ['send', '--', '-x', 'Hello'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("'-x' is not an agent name"),
    });
  });
});

describe('texts on standard input', () => {
  test('of a mebibyte arrive to the byte, of one byte more are refused', async () => {
    const { sandbox, repository } = await makeRepository();
    const send = (input: string) => sandbox.cli(repository, ['send', 'go-backend', '-'], { input });
    expect(await send('é'.repeat(MEBIBYTE / 2))).toMatchObject({ exitCode: 0, stderr: '' });
    const { messages } = (await sandbox.json(repository, ['inbox'])) as { messages: { body: string }[] };
    expect(messages.map(({ body }) => body === 'é'.repeat(MEBIBYTE / 2))).toEqual([true]);
    expect(await send(`${'é'.repeat(MEBIBYTE / 2)}x`)).toMatchObject({ exitCode: 2, stdout: '' });
    expect(
      await sandbox.json(repository, ['send', 'a', '-', '--json'], {
        input: 'x'.repeat(2 * MEBIBYTE),
        exit: 2,
      }),
    ).toMatchObject({
      schema: 'agent-os/cli/send/v1',
      error: { code: 'TOO_LARGE' },
    });
  });

  test('with NUL, CRLF and escape sequences are kept, and shown so that no terminal obeys them', async () => {
    const { sandbox, repository } = await makeRepository();
    const input = 'a\0b\r\n\x1b]0;owned\x07\x1b[2Jc\u202e\n';
    await sandbox.cli(repository, ['send', 'go-backend', '-', '--subject', 'Bytes'], { input });
    const { messages } = (await sandbox.json(repository, ['inbox'])) as {
      messages: { id: string; body: string }[];
    };
    expect(messages[0]?.body).toBe(input);
    const { stdout } = await sandbox.cli(repository, ['read', messages[0]?.id ?? '']);
    expect(stdout).toContain('  a\\x00b\n  \\x1b]0;owned\\x07\\x1b[2Jc\\u{202e}\n');
  });

  test('that are empty are refused, and nothing is written', async () => {
    const { sandbox, repository } = await makeRepository();
    const tip = await tipOf(sandbox, repository);
    for (const args of [
      ['send', 'a', '-'],
      ['state', 'set', 'a', '-'],
      ['state', 'append', 'a', '-'],
    ]) {
      const answer = await sandbox.json(repository, args, { input: '', exit: 2 });
      expect(answer).toMatchObject({
        error: { code: 'BAD_VALUE', message: expect.stringContaining('is empty') },
      });
    }
    expect(await tipOf(sandbox, repository)).toBe(tip);
    const text = await sandbox.json(repository, ['state', 'set', 'a', '-', '--as', 'text'], { input: '' });
    expect(text).toMatchObject({ value: '' });
  });

  test('that are not UTF-8 are refused with the offset', async () => {
    const { sandbox, repository } = await makeRepository();
    const tip = await tipOf(sandbox, repository);
    const input = Uint8Array.of(0x61, 0x62, 0xc3, 0x28);
    for (const args of [
      ['send', 'a', '-'],
      ['log', 'add', '-'],
      ['recap', 'add', '-'],
      ['start', '-'],
      ['state', 'set', 'a', '-'],
    ]) {
      const answer = await sandbox.json(repository, args, { input, exit: 2 });
      expect(answer).toMatchObject({ error: { code: 'BAD_VALUE', data: { offset: 2 } } });
    }
    expect(await tipOf(sandbox, repository)).toBe(tip);
    // A definition is taken with a warning, but it has to say whose it is.
    const unnamed = await sandbox.json(repository, ['agent', 'add', '-'], { input, exit: 2 });
    expect(unnamed).toMatchObject({ error: { code: 'BAD_VALUE' } });
  });
});

describe('files', () => {
  test('that are none, or too large, or badly named, are refused', async () => {
    const { sandbox, repository } = await makeRepository();
    await writeFile(`${repository}/big.bin`, new Uint8Array(10 * MEBIBYTE + 1));
    await writeFile(`${repository}/new\nline`, 'x');
    for (const [file, code] of [
      ['missing.md', 'NOT_FOUND'],
      ['.', 'BAD_VALUE'],
      ['/dev/zero', 'BAD_VALUE'],
      ['big.bin', 'TOO_LARGE'],
      ['new\nline', 'BAD_NAME'],
    ] as const) {
      const exit = code === 'NOT_FOUND' ? 1 : 2;
      const answer = await sandbox.json(repository, ['send', 'a', 'See', '--attach', file], { exit });
      expect(answer).toMatchObject({ error: { code } });
    }
  });
});

describe('a branch that was broken by hand', () => {
  test('is named on stderr and in the result, and everything else goes on', async () => {
    const { sandbox, repository } = await makeRepository();
    await sandbox.json(repository, ['send', 'go-backend', 'Fine']);
    await sandbox.json(repository, ['start', 'Fine']);
    const broken = {
      [`messages/go-backend/new/${'0'.repeat(26)}.yaml`]:
        '<<<<<<< ours\na: 1\n=======\na: 2\n>>>>>>> theirs\n',
      [`messages/go-backend/new/${'1'.repeat(26)}.yaml`]: `a: &a [1]\n${'b: *a\n'.repeat(1000)}`,
      [`sessions/reviewer/${'0'.repeat(26)}.yaml`]: 'schema: agent-os/session/v99\n',
      'state/project.yaml': 'a: 1\na: 2\n',
    };
    await commitTree(
      sandbox,
      repository,
      Object.entries(broken).map(([path, content]) => ({ path, content })),
    );

    const context = (await sandbox.json(repository, ['context'])) as {
      unread: unknown[];
      sessions: unknown[];
      problems: { path: string }[];
    };
    expect([context.unread.length, context.sessions.length]).toEqual([1, 1]);
    expect(context.problems.map(({ path }) => path).sort()).toEqual(Object.keys(broken).sort());
    const shown = await sandbox.cli(repository, ['context']);
    expect(shown.exitCode).toBe(0);
    for (const path of Object.keys(broken)) expect(shown.stderr).toContain(path);
    expect(shown.stderr).toContain('install a newer agent-os');
    expect(await sandbox.cli(repository, ['send', 'go-backend', 'Still works'])).toMatchObject({
      exitCode: 0,
    });
  });

  test('whose tree holds links, submodules and ways out is read around them', async () => {
    const { sandbox, repository } = await makeRepository();
    const mktree = async (lines: readonly string[]) =>
      (
        await sandbox.tryGit(repository, ['mktree', '--missing'], { input: `${lines.join('\n')}\n` })
      ).stdout.trim();
    const link = (
      await sandbox.tryGit(repository, ['hash-object', '-w', '--stdin'], { input: '/etc/passwd' })
    ).stdout.trim();
    const commit = await sandbox.git(repository, 'rev-parse', 'main');
    const inbox = await mktree([
      `120000 blob ${link}\t${'0'.repeat(26)}.yaml`,
      `160000 commit ${commit}\t${'1'.repeat(26)}.yaml`,
      `100644 blob ${link}\t..`,
    ]);
    const agent = await mktree([`040000 tree ${inbox}\tnew`, `120000 blob ${link}\tread`]);
    const messages = await mktree([`040000 tree ${agent}\tgo-backend`, `040000 tree ${inbox}\t..`]);
    const root = await mktree([
      `040000 tree ${messages}\tmessages`,
      `120000 blob ${link}\tstate`,
      `120000 blob ${link}\tconfig.yaml`,
      `160000 commit ${commit}\tlogs`,
      `040000 tree ${inbox}\t.git`,
    ]);
    const tip = await sandbox.git(repository, 'commit-tree', '-p', 'agent-os', '-m', 'hostile', root);
    await sandbox.git(repository, 'update-ref', 'refs/heads/agent-os', tip);

    const odd = ['0', '1'].map((digit) => `messages/go-backend/new/${digit.repeat(26)}.yaml`);
    const named = (path: string) => expect.objectContaining({ path });
    expect(await sandbox.json(repository, ['inbox', '--all'])).toMatchObject({
      messages: [],
      problems: expect.arrayContaining(odd.map(named)),
    });
    expect(await sandbox.json(repository, ['context'])).toMatchObject({
      state: {},
      unread: [],
      problems: expect.arrayContaining([...odd, 'state/project.yaml', 'config.yaml'].map(named)),
    });
    expect(await sandbox.json(repository, ['status'])).toMatchObject({
      unread: [],
      problems: expect.arrayContaining(odd.map(named)),
    });
    expect(await sandbox.json(repository, ['state', 'get'], { exit: 1 })).toMatchObject({
      error: { code: 'RECORD_BROKEN', message: "'state' is in the way on the agent-os branch" },
    });
    const doctor = (await sandbox.json(repository, ['doctor'], { exit: 1 })) as {
      checks: readonly { name: string; message: string }[];
    };
    const records = doctor.checks.filter(({ name }) => name === 'records').map(({ message }) => message);
    for (const path of [...odd, 'state', 'config.yaml', 'logs', 'messages/go-backend/read', '.git/..'])
      expect(records.join('\n')).toContain(`'${path}' `);
    expect(await sandbox.json(repository, ['send', 'go-backend', 'Hello'])).toMatchObject({ messages: [{}] });
    expect(await sandbox.json(repository, ['inbox'])).toMatchObject({ messages: [{ body: 'Hello' }] });
    const answer = await sandbox.json(repository, ['state', 'set', 'a', '1'], { exit: 1 });
    expect(answer).toMatchObject({ error: { code: 'RECORD_BROKEN' } });
  });
});

describe('places', () => {
  test('outside of a repository', async () => {
    const sandbox = await makeSandbox();
    for (const args of [['inbox'], ['start', 'x'], ['status'], ['context']]) {
      const answer = await sandbox.json(sandbox.root, args, { exit: 1 });
      expect(answer).toMatchObject({
        error: { code: 'NOT_A_REPOSITORY', hint: expect.stringContaining('git init') },
      });
    }
  });

  test('a repository without the branch', async () => {
    const sandbox = await makeSandbox({ AGENT_OS_AGENT: 'go-backend' });
    const repository = await sandbox.repository('repository');
    const commands = [
      ['context'],
      ['start', 'x'],
      ['done', 'x'],
      ['heartbeat'],
      ['send', 'a', 'x'],
      ['inbox'],
      ['read', '0'.repeat(26)],
      ['ack', '0'.repeat(26)],
      ['state', 'get'],
      ['state', 'set', 'a', '1'],
      ['log', 'add', 'x'],
      ['log', 'show'],
      ['recap', 'list'],
      ['status'],
      ['handoff', 'a', 'x'],
      ['agent', 'list'],
    ];
    for (const args of commands) {
      const { stdout, stderr, exitCode } = await sandbox.cli(repository, args);
      expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
      expect(stderr).toBe(
        'error: there is no refs/heads/agent-os in this repository yet\nhint: Run `agent-os init`.\n',
      );
    }
    expect(await sandbox.git(repository, 'for-each-ref', '--format=%(refname)')).toBe('refs/heads/main');
  });

  test('a repository without commits, and without an identity', async () => {
    const sandbox = await makeSandbox();
    const repository = await sandbox.repository('repository', { empty: true });
    for (const key of ['user.name', 'user.email']) await sandbox.git(repository, 'config', '--unset', key);
    await sandbox.json(repository, ['init', '--no-view', '--agent', 'go-backend']);
    const answer = await sandbox.json(repository, ['send', 'a', 'x'], { exit: 2 });
    expect(answer).toMatchObject({
      error: { code: 'NO_IDENTITY', hint: expect.stringContaining('--agent NAME') },
    });
    expect(await sandbox.json(repository, ['start', 'First', '--agent', 'go-backend'])).toMatchObject({
      session: { branch: 'main', commits: [] },
    });
    // From here on the worktree's session says who speaks.
    expect(await sandbox.json(repository, ['log', 'add', 'x'])).toMatchObject({
      entries: [{ agent: 'go-backend' }],
    });
    expect(
      await sandbox.json(repository, ['recap', 'add', '--range', 'main..HEAD'], { exit: 2 }),
    ).toMatchObject({
      error: { code: 'BAD_VALUE', message: expect.stringContaining('names no commit') },
    });
    await sandbox.json(repository, ['done', 'Nothing yet']);
  });

  test('a range is data, never an option of git', async () => {
    const { sandbox, repository } = await makeRepository();
    const oid = await sandbox.commitFile(repository, 'a', '1', 'feat: a');
    expect(await sandbox.json(repository, ['recap', 'add', '--range', 'HEAD~1..'])).toMatchObject({
      recaps: [{ commits: [oid], body: expect.stringContaining('feat: a') }],
    });
    for (const range of [
      '--output=x..HEAD',
      'HEAD..--all',
      'HEAD',
      'HEAD...HEAD~1',
      'a b..HEAD',
      'nothing..HEAD',
    ]) {
      const answer = await sandbox.json(repository, ['recap', 'add', `--range=${range}`], { exit: 2 });
      expect(answer).toMatchObject({ error: { code: 'BAD_VALUE' } });
    }
    expect(await sandbox.git(repository, 'status', '--porcelain')).toBe('');
  });
});
