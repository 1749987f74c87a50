import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeSandbox, PROJECT } from '../../support/sandbox.ts';

const CLAUDE = '.claude/agents/go-backend.md';

interface Added {
  readonly agents: readonly {
    readonly name: string;
    readonly commands: readonly { readonly name: string }[];
  }[];
  readonly warnings: readonly string[];
  readonly harness: readonly { readonly path: string; readonly status: string }[];
}

async function makeRepository() {
  const sandbox = await makeSandbox({ AGENT_OS_PUBLISH: 'manual' });
  const repository = await sandbox.repository('code');
  await sandbox.json(repository, ['init', '--no-view']);
  const add = (...args: string[]) => sandbox.json(repository, ['agent', 'add', ...args]) as Promise<Added>;
  const text = (path: string) => readFile(join(repository, path), 'utf8');
  return { sandbox, repository, add, text };
}

test('a shipped specialist gets a card, its file for the harness, and a line in AGENTS.md', async () => {
  const { sandbox, repository, add, text } = await makeRepository();
  await writeFile(join(repository, 'AGENTS.md'), '# Ours\r\n\r\nKeep this.\r\n');
  const added = await sandbox.cli(repository, ['agent', 'add', 'go-backend']);
  expect(added).toMatchObject({ exitCode: 0, stderr: '' });
  expect(added.stdout).toBe(
    'Added go-backend: 6 commands, 6 triggers, 3 specialists to check, 5 quality gates, 3 resources, 6 owned globs\n' +
      `wrote ${CLAUDE}\nupdated AGENTS.md\n`,
  );
  expect(await text(CLAUDE)).toBe(await readFile(join(PROJECT, 'templates/agents/go-backend.md'), 'utf8'));
  const first = await text('AGENTS.md');
  expect(first).toMatch(
    /^# Ours\r\n\r\nKeep this\.\r\n\r\n<!-- agent-os:begin -->\r\n[\s\S]*<!-- agent-os:end -->\r\n$/,
  );
  expect(first).toContain('- `go-backend`: Go services');
  expect(first.replaceAll('\r\n', '')).not.toContain('\n');

  // Again changes nothing; a second agent only the section.
  expect((await add('go-backend')).harness.map(({ status }) => status)).toEqual(['same', 'same']);
  expect(await sandbox.git(repository, 'rev-list', '--count', 'agent-os')).toBe('3');
  await add('devops-engineer');
  const second = await text('AGENTS.md');
  expect(second).toContain('- `devops-engineer`: CI');
  expect(second.slice(0, second.indexOf('<!--'))).toBe(first.slice(0, first.indexOf('<!--')));
});

test('a different file of the harness is kept, unless --force', async () => {
  const { sandbox, repository, add, text } = await makeRepository();
  await mkdir(join(repository, '.claude/agents'), { recursive: true });
  await writeFile(join(repository, CLAUDE), 'mine');
  const kept = await sandbox.cli(repository, ['agent', 'add', 'go-backend']);
  expect(kept.stdout).toContain(`kept ${CLAUDE}\nwrote AGENTS.md\n`);
  expect(kept.stderr).toContain(`${CLAUDE} is there already and differs; --force replaces it`);
  expect(await text(CLAUDE)).toBe('mine');
  expect((await add('go-backend', '--force')).harness[0]?.status).toBe('replaced');
  expect(await text(CLAUDE)).toContain('name: go-backend');
});

test('--no-harness, a definition of one’s own and a plain name write no files', async () => {
  const { sandbox, repository, add } = await makeRepository();
  expect(await add('go-backend', '--no-harness')).toMatchObject({ harness: [] });
  expect(await add('reviewer')).toMatchObject({ agents: [{ name: 'reviewer', commands: [] }], harness: [] });
  // Bytes that are no UTF-8, no front matter, no name: warnings, and a card.
  await writeFile(
    join(repository, 'Data Expert.md'),
    Buffer.concat([
      Buffer.from('## Commands \xf0\x9f', 'latin1'),
      Buffer.from('\r\n- `explain [query]` - Say why\r\n'),
    ]),
  );
  const odd = await add('Data Expert.md');
  expect(odd.agents).toMatchObject([
    { name: 'data-expert', commands: [{ name: 'explain', args: '[query]', description: 'Say why' }] },
  ]);
  expect(odd.warnings.join('; ')).toMatch(/CRLF.*wrong encoding.*no front matter.*as its file is called/);
  expect(await sandbox.git(repository, 'status', '--porcelain')).toBe('?? "Data Expert.md"');
});

test('a name that is no shipped definition adds a bare card, and says what there would have been', async () => {
  const { sandbox, repository } = await makeRepository();
  const typo = await sandbox.cli(repository, ['agent', 'add', 'go-bakend']);
  expect(typo).toMatchObject({ exitCode: 0, stdout: 'Added go-bakend\n' });
  expect(typo.stderr).toContain('did you mean go-backend? There are cloudflare-specialist, ');
  const own = await sandbox.cli(repository, ['agent', 'add', 'reviewer']);
  expect(own.stderr).toContain('did you mean one of cloudflare-specialist, ');
  for (const known of ['go-backend', 'go-backend'])
    expect((await sandbox.cli(repository, ['agent', 'add', known])).stderr).not.toContain('did you mean');
});

test('nothing is written through a symlink that leads out of the work tree, or into marks that do not pair up', async () => {
  const { sandbox, repository, text } = await makeRepository();
  await mkdir(sandbox.path('elsewhere'));
  await symlink(sandbox.path('elsewhere'), join(repository, '.claude'));
  const out = await sandbox.cli(repository, ['agent', 'add', 'go-backend']);
  expect(out).toMatchObject({ exitCode: 2 });
  expect(out.stderr).toContain('leads out of the work tree');
  expect(await sandbox.git(repository, 'rev-list', '--count', 'agent-os')).toBe('3');

  const { sandbox: other, repository: second, text: read } = await makeRepository();
  await writeFile(join(second, 'AGENTS.md'), 'a <!-- agent-os:end --> b <!-- agent-os:begin -->');
  expect((await other.cli(second, ['agent', 'add', 'go-backend'])).stderr).toContain('do not pair up');
  expect(await read('AGENTS.md')).toBe('a <!-- agent-os:end --> b <!-- agent-os:begin -->');
  await expect(text('AGENTS.md')).rejects.toThrow('ENOENT');
});

test('an installed package finds its definitions', async () => {
  const { sandbox, repository } = await makeRepository();
  const home = sandbox.path('node_modules/agent-os');
  const { files } = JSON.parse(await readFile(join(PROJECT, 'package.json'), 'utf8'));
  for (const name of ['package.json', 'bin', 'dist', 'templates']) {
    expect(name === 'package.json' || files.includes(name)).toBe(true);
    await cp(join(PROJECT, name), join(home, name), { recursive: true });
  }
  const program = sandbox.start(
    process.execPath,
    [join(home, 'bin/agent-os.js'), 'agent', 'add', 'sveltekit-specialist'],
    repository,
  );
  expect((await program.result).stdout).toContain('Added sveltekit-specialist: 5 commands');
});
