import { describe, expect, it } from 'vitest';
import { beat, finishSession, startSession } from '../../../src/app/sessions.ts';
import { readStatus } from '../../../src/app/status.ts';
import type { Oid, ResourceName } from '../../../src/domain/names.ts';
import { type MemoryWorkspace, makeWorkspace } from '../../support/workspace.ts';

const SCHEMA = 'database-schema' as ResourceName;

const held = async (workspace: MemoryWorkspace) =>
  (await (await workspace.locks()).list()).locks.map(({ resource }) => resource);

async function startWithLock(workspace: MemoryWorkspace) {
  const { session } = await startSession(workspace, { task: 'Implementing auth' });
  await (await workspace.locks()).acquire({
    who: { agent: session.agent, session: session.id },
    resources: [SCHEMA],
  });
  return session;
}

describe('start', () => {
  it('announces a session on the branch and marks the worktree', async () => {
    const workspace = await makeWorkspace();
    const { session, resumed } = await startSession(workspace, { task: 'Implementing auth' });
    expect(resumed).toBe(false);
    expect(session).toMatchObject({
      agent: 'go-backend',
      status: 'active',
      stale: false,
      task: 'Implementing auth',
      branch: 'main',
      worktree: 'main',
      startedAt: '2026-11-23T04:00:00.000Z',
      endedAt: null,
    });
    expect(await workspace.identify()).toMatchObject({ agent: 'go-backend', session: session.id });
    expect(await workspace.file(`sessions/go-backend/${session.id}.yaml`)).toContain('status: active');
    expect((await workspace.subjects())[0]).toBe('start: go-backend: Implementing auth');
  });

  it('again in the same worktree goes on with the session under the new task', async () => {
    const workspace = await makeWorkspace();
    const first = await startSession(workspace, { task: 'Implementing auth' });
    const second = await startSession(workspace, { task: 'Fixing the tests' });
    expect(second).toMatchObject({
      resumed: true,
      session: { id: first.session.id, task: 'Fixing the tests' },
    });
    expect(await workspace.filesBelow('sessions')).toHaveLength(1);
  });

  it('in another worktree is another session', async () => {
    const workspace = await makeWorkspace();
    const first = await startSession(workspace, { task: 'Implementing auth' });
    const second = await startSession(workspace.worktree('hotfix'), { task: 'Fixing the tests' });
    expect(second.session).toMatchObject({ worktree: 'hotfix' });
    expect(second.session.id).not.toBe(first.session.id);
  });

  it('after done is a new session', async () => {
    const workspace = await makeWorkspace();
    const first = await startSession(workspace, { task: 'Implementing auth' });
    await finishSession(workspace, { summary: 'Done' });
    const second = await startSession(workspace, { task: 'More' });
    expect(second.resumed).toBe(false);
    expect(second.session.id).not.toBe(first.session.id);
  });

  it('leaves no marker where there is no branch', async () => {
    const workspace = await makeWorkspace({ initialised: false });
    await expect(startSession(workspace, { task: 'Implementing auth' })).rejects.toMatchObject({
      code: 'NOT_INITIALISED',
      hint: 'Run `agent-os init`.',
    });
    expect(await workspace.sessions.list()).toEqual([]);
  });

  it('that fails leaves no marker, and the one of a session that goes on', async () => {
    const workspace = await makeWorkspace();
    const failing = {
      ...workspace,
      branch: { ...workspace.branch, commit: () => Promise.reject(new Error('disk full')) },
    };
    await expect(startSession(failing, { task: 'Implementing auth' })).rejects.toThrow('disk full');
    expect(await workspace.sessions.list()).toEqual([]);
    const { session } = await startSession(workspace, { task: 'Implementing auth' });
    await expect(startSession(failing, { task: 'More' })).rejects.toThrow('disk full');
    expect(await workspace.sessions.list()).toMatchObject([{ session: session.id }]);
  });

  it('that was killed before its commit is completed by the next one', async () => {
    const workspace = await makeWorkspace();
    const id = workspace.ids.record();
    const { agent } = await workspace.identify();
    await workspace.sessions.add({ agent, session: id });
    const { session } = await startSession(workspace, { task: 'Implementing auth' });
    expect(session.id).toBe(id);
    expect(await workspace.sessions.list()).toEqual([{ agent, session: id }]);
  });

  it('begins anew where the record of the session is broken, and leaves that as it is', async () => {
    const workspace = await makeWorkspace();
    const { session } = await startSession(workspace, { task: 'Implementing auth' });
    const path = `sessions/go-backend/${session.id}.yaml`;
    await workspace.commitByHand({ path, content: 'broken: [' });
    const next = await startSession(workspace, { task: 'Fixing the tests' });
    expect(next.session.id).not.toBe(session.id);
    expect(await workspace.file(path)).toBe('broken: [');
    expect(await workspace.sessions.list()).toMatchObject([{ session: next.session.id }]);
  });

  it('keeps fields of the record that it does not know', async () => {
    const workspace = await makeWorkspace();
    const { session } = await startSession(workspace, { task: 'Implementing auth' });
    const path = `sessions/go-backend/${session.id}.yaml`;
    await workspace.commitByHand({ path, content: `${await workspace.file(path)}mood: good\n` });
    await startSession(workspace, { task: 'Fixing the tests' });
    expect(await workspace.file(path)).toContain('mood: good');
  });

  it.each(['', '  \n', 'x'.repeat(4001)])('refuses a task that nobody could read', async (task) => {
    const workspace = await makeWorkspace();
    await expect(startSession(workspace, { task })).rejects.toMatchObject({ exitCode: 2 });
    expect(await workspace.subjects()).toEqual(['root']);
  });
});

describe('done', () => {
  it('reports, releases the locks and clears the marker', async () => {
    const workspace = await makeWorkspace();
    const session = await startWithLock(workspace);
    const result = await finishSession(workspace, { summary: 'Login works' });
    expect(result).toMatchObject({
      already: false,
      released: [SCHEMA],
      session: {
        id: session.id,
        status: 'done',
        summary: 'Login works',
        endedAt: '2026-11-23T04:00:00.000Z',
      },
    });
    expect(await held(workspace)).toEqual([]);
    expect(await workspace.sessions.list()).toEqual([]);
    expect((await workspace.subjects())[0]).toBe('done: go-backend: Login works');
  });

  it('a second time changes nothing and says so', async () => {
    const workspace = await makeWorkspace();
    await startSession(workspace, { task: 'Implementing auth' });
    await finishSession(workspace, { summary: 'Login works' });
    const before = await workspace.subjects();
    const again = await finishSession(workspace, { summary: 'Something else' });
    expect(again).toMatchObject({ already: true, session: { summary: 'Login works' } });
    expect(await workspace.subjects()).toEqual(before);
  });

  it('a second time is harmless where only the session said who speaks', async () => {
    const workspace = await makeWorkspace({ agent: null });
    await startSession(workspace, { agent: 'pr', task: 'Reviewing' });
    const { session } = await finishSession(workspace, { summary: 'Reviewed' });
    const again = await finishSession(workspace, { summary: 'Reviewed' });
    expect(again).toMatchObject({ already: true, session: { id: session.id, agent: 'pr' } });
    await expect(finishSession(workspace, { agent: 'other', summary: 'x' })).rejects.toMatchObject({
      code: 'NO_SESSION',
    });
    await startSession(workspace.worktree('person'), { agent: 'test-person', task: 'Looking' });
    expect(await finishSession(workspace, { summary: 'Seen' })).toMatchObject({
      already: false,
      session: { agent: 'test-person' },
    });
  });

  it('that was killed after its commit is completed by the next one', async () => {
    const workspace = await makeWorkspace();
    const session = await startWithLock(workspace);
    const locks = await workspace.locks();
    const killed = { ...workspace, locks: () => Promise.reject(new Error('killed')) };
    await expect(finishSession(killed, { summary: 'Login works' })).rejects.toThrow('killed');
    expect(await held(workspace)).toEqual([SCHEMA]);
    const again = await finishSession({ ...workspace, locks: async () => locks }, { summary: 'Again' });
    expect(again).toMatchObject({ already: true, released: [SCHEMA], session: { id: session.id } });
    expect(await workspace.sessions.list()).toEqual([]);
  });

  it('from another worktree finishes the session that the agent has in this clone', async () => {
    const workspace = await makeWorkspace();
    const session = await startWithLock(workspace);
    const result = await finishSession(workspace.worktree('hotfix'), { summary: 'Login works' });
    expect(result).toMatchObject({ released: [SCHEMA], session: { id: session.id, status: 'done' } });
    expect(await workspace.sessions.list()).toEqual([]);
  });

  it('from another worktree asks which of two sessions is meant', async () => {
    const workspace = await makeWorkspace();
    await startSession(workspace, { task: 'One' });
    await startSession(workspace.worktree('hotfix'), { task: 'Two' });
    await expect(finishSession(workspace.worktree('third'), { summary: 'Which?' })).rejects.toMatchObject({
      code: 'AMBIGUOUS',
      hint: expect.stringContaining('main, hotfix'),
    });
  });

  it('without any session says how to begin one', async () => {
    const workspace = await makeWorkspace();
    await expect(finishSession(workspace, { summary: 'Nothing' })).rejects.toMatchObject({
      code: 'NO_SESSION',
    });
  });

  it('names the commits that were made since the start', async () => {
    const workspace = await makeWorkspace();
    const [base, head] = ['a'.repeat(40) as Oid, 'b'.repeat(40) as Oid];
    workspace.checkout.commit = base;
    await startSession(workspace, { task: 'Implementing auth' });
    workspace.checkout.commit = head;
    workspace.checkout.range.push({ oid: head, subject: 'feat: auth', author: 'Test', committedAt: 1 });
    expect((await finishSession(workspace, { summary: 'Done' })).session.commits).toEqual([head]);
  });
});

describe('heartbeat', () => {
  it('is written once a minute at most', async () => {
    const workspace = await makeWorkspace();
    await startSession(workspace, { task: 'Implementing auth' });
    workspace.clock.advance(59_000);
    expect((await beat(workspace)).session.heartbeatAt).toBe('2026-11-23T04:00:00.000Z');
    workspace.clock.advance(1000);
    expect((await beat(workspace)).session.heartbeatAt).toBe('2026-11-23T04:01:00.000Z');
    expect(await workspace.subjects()).toHaveLength(3);
  });

  it('renews locks once a third of their lease is gone', async () => {
    const workspace = await makeWorkspace();
    await startWithLock(workspace);
    workspace.clock.advance(30 * 60_000);
    expect((await beat(workspace)).renewed).toEqual([]);
    workspace.clock.advance(15 * 60_000);
    expect((await beat(workspace)).renewed).toEqual([SCHEMA]);
  });

  it('of a finished session is refused', async () => {
    const workspace = await makeWorkspace();
    await startSession(workspace, { task: 'Implementing auth' });
    await finishSession(workspace, { summary: 'Done' });
    await expect(beat(workspace)).rejects.toMatchObject({ code: 'NO_SESSION' });
  });

  it('that stays away for longer than a lease makes the session stale', async () => {
    const workspace = await makeWorkspace();
    await startSession(workspace, { task: 'Implementing auth' });
    workspace.clock.advance(2 * 3_600_000);
    expect((await readStatus(workspace)).sessions).toMatchObject([{ stale: false }]);
    workspace.clock.advance(1);
    expect((await readStatus(workspace)).sessions).toMatchObject([{ stale: true, status: 'active' }]);
    await workspace.commitByHand({
      path: 'config.yaml',
      content: 'schema: agent-os/config/v1\nlocks: {ttl: 1d}\n',
    });
    expect((await readStatus(workspace)).sessions).toMatchObject([{ stale: false }]);
  });
});
