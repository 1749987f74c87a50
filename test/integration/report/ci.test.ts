import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Report } from '../../../src/domain/report/report.ts';
import { makeSandbox, type Sandbox } from '../../support/sandbox.ts';
import { beginStory, idOf } from './story.ts';

const RECAP = '## Decisions\n\nTokens live in Redis.\n';

/** A finished session whose commits are on `topic`, and a main branch that went on; all of it is on the remote. */
async function tellStory(sandbox: Sandbox) {
  const story = await beginStory(sandbox);
  const { ada, backend, sync } = story;
  const session = idOf(await backend('start', 'Login'));
  for (const name of ['a', 'b', 'c']) await sandbox.commitFile(ada, name, '1');
  await sandbox.json(ada, ['recap', 'add', '-', '--agent', 'go-backend'], { input: RECAP });
  await backend('done', 'Users can log in');
  await sync(ada);
  const head = await sandbox.git(ada, 'rev-parse', 'topic');
  await sandbox.git(ada, 'checkout', '-q', 'main');
  const base = await sandbox.commitFile(ada, 'main.txt', '1');
  await sandbox.git(ada, 'push', '-q', 'origin', 'main', 'topic');
  return { ...story, session, base, head };
}

/** As actions/checkout does it: one commit and no branch. */
async function checkout(sandbox: Sandbox, url: string, commit: string): Promise<string> {
  const clone = await sandbox.repository('checkout', { empty: true });
  await sandbox.git(clone, 'remote', 'add', 'origin', url);
  await sandbox.git(clone, 'fetch', '-q', '--depth=1', '--no-tags', 'origin', commit);
  await sandbox.git(clone, 'checkout', '-q', '--detach', 'FETCH_HEAD');
  return clone;
}

test('a checkout of one commit, where agent-os was never set up, gets the whole report and keeps no branch', async () => {
  const sandbox = await makeSandbox();
  const { remote, base, head, session } = await tellStory(sandbox);
  const url = `file://${remote}`;
  const shallow = await sandbox.clone(url, 'shallow', { args: ['--depth=1'] });
  const checked = await checkout(sandbox, url, head);
  for (const clone of [shallow, checked]) {
    const before = await sandbox.git(clone, 'for-each-ref', 'refs/heads', 'refs/remotes');
    const report = (await sandbox.json(clone, ['report', `${base}..${head}`])) as Report;
    expect(report).toMatchObject({
      range: { from: base, to: head },
      sessions: [{ id: session, agent: 'go-backend', status: 'done' }],
      commits: [{ subject: 'change c' }, { subject: 'change b' }, { subject: 'change a' }],
      paths: ['a', 'b', 'c'],
      recaps: [{ decisions: ['Tokens live in Redis.'] }],
      problems: [],
    });
    const markdown = await sandbox.cli(clone, ['report', `${base}..${head}`, '--format', 'markdown']);
    expect(markdown).toMatchObject({ exitCode: 0, stderr: '' });
    expect(markdown.stdout).toContain('1 agent in 1 session made 3 commits on 3 files.');
    expect(await sandbox.git(clone, 'for-each-ref', 'refs/heads', 'refs/remotes')).toBe(before);
  }
  const named = (await sandbox.json(shallow, ['report', 'origin/main..origin/topic'])) as Report;
  expect(named).toMatchObject({ range: { from: base, to: head, text: 'origin/main..origin/topic' } });
  const offline = (await sandbox.json(shallow, ['report', `${base}..${head}`, '--offline'])) as Report;
  expect(offline.sessions).toHaveLength(1);
});

test('a comment has the verdict and the report, or why there is none', async () => {
  const sandbox = await makeSandbox();
  const { remote, base, head } = await tellStory(sandbox);
  const clone = await checkout(sandbox, `file://${remote}`, head);
  const comment = async (...args: string[]) => {
    const { exitCode } = await sandbox.cli(clone, ['verify', ...args, '--save', 'comment=c.md']);
    return { exitCode, text: await readFile(join(clone, 'c.md'), 'utf8') };
  };
  const both = await comment(`${base}..${head}`);
  expect(both.exitCode).toBe(0);
  expect(both.text).toMatch(/^<!-- agent-os -->\n### agent-os verify\n\n✅ Nothing stands against it\n/);
  expect(both.text).toContain(`\n## Agents’ work in ${base}..${head}\n\n1 agent in 1 session made 3 commits`);
  const zeros = await comment(`${'0'.repeat(40)}..${head}`);
  expect(zeros.text).toContain(`\n## Agents’ work in ${base}..${head}\n`);
  expect((await comment('--state')).text).not.toContain('Agents’ work');

  await sandbox.git(remote, 'update-ref', '-d', 'refs/heads/agent-os');
  const gone = await comment(`${base}..${head}`);
  expect(gone.exitCode).toBe(4);
  expect(gone.text).toContain('branch-history: 1');
  expect(gone.text).toContain('> There is no report: there is no refs/heads/agent');
});

test('a checkout reads what is published and not on the branch yet, and asks the remote that is named', async () => {
  const sandbox = await makeSandbox();
  const { remote, bob, base, head, as } = await tellStory(sandbox);
  await sandbox.git(bob, 'fetch', '-q');
  await as(bob, 'web')('recap', 'add', '--title', 'Cookies', '--range', `${base}..origin/topic`);
  await sandbox.git(bob, 'push', '-q', 'origin', 'agent-os:refs/agent-os/outbox/0123456789abcdef');
  const clone = await checkout(sandbox, `file://${remote}`, head);
  await sandbox.git(clone, 'remote', 'rename', 'origin', 'hub');
  await sandbox.git(clone, 'remote', 'add', 'origin', `file://${join(sandbox.root, 'nowhere')}`);
  const range = `${base}..${head}`;
  const report = (await sandbox.json(clone, ['report', range, '--remote', 'hub'])) as Report;
  expect(report.recaps.map(({ agent }) => agent).sort()).toEqual(['go-backend', 'web']);
  expect(await sandbox.json(clone, ['report', range], { exit: 5 })).toMatchObject({
    error: { code: 'REMOTE_UNREACHABLE' },
  });
});

test('what a report cannot know of a shallow clone is an error that says what to fetch', async () => {
  const sandbox = await makeSandbox();
  const { remote, base, head } = await tellStory(sandbox);
  const clone = await checkout(sandbox, `file://${remote}`, head);
  expect(await sandbox.json(clone, ['report', 'HEAD..HEAD', '--offline'], { exit: 1 })).toMatchObject({
    error: { code: 'NOT_INITIALISED' },
  });
  await sandbox.json(clone, ['report', 'HEAD..HEAD']);
  expect(await sandbox.json(clone, ['report', `${base}..HEAD`, '--offline'], { exit: 5 })).toMatchObject({
    error: { code: 'CANNOT_VERIFY', hint: expect.stringContaining('--unshallow origin') },
  });
});

test('a branch that is cut off does not seem to touch every file that there is', async () => {
  const sandbox = await makeSandbox();
  const { remote, ada } = await tellStory(sandbox);
  await sandbox.git(ada, 'checkout', '-q', '-b', 'other', 'topic');
  for (const name of ['unrelated', 'neither']) await sandbox.commitFile(ada, name, '1');
  await sandbox.git(ada, 'push', '-q', 'origin', 'other');
  const args = ['--depth=2', '--no-single-branch'];
  const clone = await sandbox.clone(`file://${remote}`, 'cut', { args });
  const { others } = (await sandbox.json(clone, ['report', 'origin/topic~1..origin/topic'])) as Report;
  expect(others.examined).toBeGreaterThan(0);
  expect(others.branches).toEqual([]);
});
