import { describe, expect, test } from 'vitest';
import { makeSandbox } from '../../support/sandbox.ts';
import { beginStory } from './story.ts';

const NOTES = ['log', '-1', '--format=%N', '--notes=agent-os'] as const;

describe('notes', () => {
  test('show recaps beside commits in every clone, whoever writes first, and keep what is there', async () => {
    const sandbox = await makeSandbox();
    const { ada, bob, as, sync } = await beginStory(sandbox);
    await sandbox.git(ada, 'notes', 'add', '-m', 'my own');
    const [mine, config] = [
      await sandbox.git(ada, 'rev-parse', 'refs/notes/commits'),
      () => sandbox.git(ada, 'config', '-l', '--local'),
    ];
    const before = await config();
    await sandbox.commitFile(ada, 'a', '1');
    await sandbox.git(ada, 'push', '-q', 'origin', 'topic');
    await sandbox.json(ada, ['recap', 'add', '-', '--range', 'main..topic', '--agent', 'go-backend'], {
      input: '# Log in\n\n\u001b[31mTokens live in Redis.\n',
    });
    await sync(ada);
    const first = await sandbox.json(ada, ['notes']);
    expect(first).toMatchObject({ ref: 'refs/notes/agent-os', commits: 1, published: true });
    expect(await sandbox.json(ada, ['notes'])).toEqual(first);
    expect(await sandbox.git(ada, ...NOTES)).toMatch(
      /^Recap [0-9A-Z]{26} by go-backend, \S+: Log in\n\n {4}# Log in\n\n {4}\[31mTokens live in Redis\.\n*$/,
    );

    // Bob has a note of his own there, and a recap that Ada has not seen, and has never fetched her notes.
    await sandbox.git(bob, 'fetch', '-q');
    await sandbox.git(bob, 'checkout', '-q', 'topic');
    await sandbox.git(bob, 'notes', '--ref=agent-os', 'add', '-m', 'reviewed');
    await as(bob, 'web')('recap', 'add', '--range', 'main..topic', '--title', 'Reviewed');
    expect(await sandbox.json(bob, ['notes'])).toMatchObject({
      commits: 1,
      published: true,
    });
    await sandbox.json(ada, ['notes']);
    for (const clone of [ada, bob]) {
      const note = await sandbox.git(clone, ...NOTES);
      expect(note).toMatch(/^reviewed\n\nRecap /);
      expect(note.match(/^Recap /gm)).toHaveLength(2);
    }
    const tips = [ada, bob].map((clone) => sandbox.git(clone, 'rev-parse', 'refs/notes/agent-os'));
    expect(new Set(await Promise.all(tips)).size).toBe(1);

    expect(await sandbox.git(ada, 'rev-parse', 'refs/notes/commits')).toBe(mine);
    expect(await config()).toBe(before);
  });

  test('of two clones at once are all there in the end', async () => {
    const sandbox = await makeSandbox();
    const { ada, bob, as } = await beginStory(sandbox);
    await sandbox.commitFile(ada, 'a', '1');
    await sandbox.commitFile(bob, 'b', '1');
    await as(ada, 'one')('recap', 'add', '--range', 'main..topic');
    await as(bob, 'two')('recap', 'add', '--range', 'origin/main..main');
    const both = [ada, bob].map((clone) => sandbox.json(clone, ['notes']));
    await Promise.all(both);
    expect(await sandbox.json(ada, ['notes'])).toMatchObject({
      commits: 2,
      published: true,
    });
  });

  test('are written with a recap where git config says so, and wait where the remote is away', async () => {
    const sandbox = await makeSandbox();
    const { remote, ada, backend } = await beginStory(sandbox);
    await sandbox.commitFile(ada, 'a', '1');
    await backend('recap', 'add', '--range', 'main..topic');
    expect((await sandbox.tryGit(ada, ['rev-parse', '--verify', 'refs/notes/agent-os'])).exitCode).not.toBe(
      0,
    );
    await sandbox.git(ada, 'config', 'agent-os.notes', 'true');
    await backend('recap', 'add', '--range', 'main..topic');
    expect((await sandbox.git(ada, ...NOTES)).match(/^Recap /gm)).toHaveLength(2);

    await sandbox.git(ada, 'remote', 'set-url', 'origin', `${remote}.gone`);
    const refused = await sandbox.cli(ada, ['notes']);
    expect(refused).toMatchObject({ exitCode: 5, stdout: '' });
    expect(await sandbox.json(ada, ['notes', '--offline'])).toMatchObject({ commits: 1, published: false });
  });

  test('are none without a recap that lists commits', async () => {
    const sandbox = await makeSandbox();
    const repository = await sandbox.repository('r');
    await sandbox.json(repository, ['init', '--no-hooks', '--no-view']);
    expect(await sandbox.cli(repository, ['notes'])).toMatchObject({
      ...{ exitCode: 0, stderr: '' },
      stdout: 'No recap lists a commit: add one with agent-os recap add --range A..B.\n',
    });
  });
});
