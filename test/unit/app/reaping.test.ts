import { describe, expect, it } from 'vitest';
import { checkBranch } from '../../../src/app/doctor-branch.ts';
import { listMessages } from '../../../src/app/inbox.ts';
import { lockResources } from '../../../src/app/locking.ts';
import { addLogEntry } from '../../../src/app/log.ts';
import { reap } from '../../../src/app/reaping.ts';
import { finishSession, startSession } from '../../../src/app/sessions.ts';
import { readActivity, readStatus } from '../../../src/app/status.ts';
import type { ResourceName } from '../../../src/domain/names.ts';
import { type MemoryWorkspace, makeWorkspace } from '../../support/workspace.ts';

const SCHEMA = 'database-schema' as ResourceName;
const HOUR = 3_600_000;

/** A session of go-backend with a lock, in a worktree that nobody looks into any more; `reaper` is another agent. */
async function leaveBehind() {
  const workspace = await makeWorkspace({ agent: 'reaper' });
  const gone = workspace.worktree('gone');
  const { session } = await startSession(gone, { task: 'Implementing auth', agent: 'go-backend' });
  await (await gone.locks()).acquire({
    who: { agent: session.agent, session: session.id },
    resources: [SCHEMA],
  });
  await listLocks(workspace); // from now on the lease is watched
  return { workspace, gone, session };
}

const listLocks = async (workspace: MemoryWorkspace) =>
  (await (await workspace.locks()).list()).locks.map(({ resource }) => resource);
const ids = (found: readonly { session: { id: string } }[]) => found.map(({ session }) => session.id);

describe('reap', () => {
  it('says what would end, and changes nothing', async () => {
    const { workspace, session } = await leaveBehind();
    workspace.clock.advance(3 * HOUR);
    const before = await workspace.subjects();
    expect(await reap(workspace, { dryRun: true })).toMatchObject({
      reaped: [{ session: { id: session.id }, holds: [SCHEMA] }],
      kept: [],
    });
    expect(await workspace.subjects()).toEqual(before);
    expect(await listLocks(workspace)).toEqual([SCHEMA]);
  });

  it('marks the session abandoned, takes over its locks, clears its marker and tells its agent', async () => {
    const { workspace, gone, session } = await leaveBehind();
    workspace.clock.advance(3 * HOUR);
    expect(ids((await reap(workspace, { dryRun: false })).reaped)).toEqual([session.id]);
    expect(await workspace.file(`sessions/go-backend/${session.id}.yaml`)).toContain('status: abandoned');
    expect(await listLocks(workspace)).toEqual([]);
    expect(await gone.sessions.list()).toEqual([]);
    expect(await listMessages(workspace, { agent: 'go-backend' })).toMatchObject({
      messages: [{ from: 'reaper', priority: 'high', body: expect.stringContaining('database-schema') }],
    });
    expect((await workspace.subjects())[0]).toMatch(/^reap: go-backend: no sign of life since /);
  });

  it('twice, and at once, does it once', async () => {
    const { workspace } = await leaveBehind();
    workspace.clock.advance(3 * HOUR);
    const [first, second] = await Promise.all([
      reap(workspace, { dryRun: false }),
      reap(workspace.worktree('other'), { dryRun: false }),
    ]);
    expect(first.reaped.length + second.reaped.length).toBe(1);
    expect(await reap(workspace, { dryRun: false })).toEqual({ reaped: [], kept: [] });
    expect((await listMessages(workspace, { agent: 'go-backend' })).messages).toHaveLength(1);
    expect((await workspace.subjects()).filter((subject) => subject.startsWith('reap:'))).toHaveLength(1);
  });

  it('leaves a session alone whole while one of its locks may be alive', async () => {
    const { workspace, gone, session } = await leaveBehind();
    await (await gone.locks()).acquire({
      who: { agent: session.agent, session: session.id },
      resources: ['api' as ResourceName],
      ttl: 24 * 3600,
    });
    workspace.clock.advance(3 * HOUR);
    const before = await workspace.subjects();
    const { reaped, kept } = await reap(workspace, { dryRun: false });
    expect(reaped).toEqual([]);
    expect(kept).toMatchObject([{ session: { id: session.id }, why: expect.stringContaining('api') }]);
    expect(await workspace.subjects()).toEqual(before);
    expect(await listLocks(workspace)).toEqual(['api', SCHEMA]);
  });

  it.each([
    ['a heartbeat', 'start'],
    ['anything else on the branch', 'log'],
  ])('never touches a session that gave %s as a sign of life', async (_, kind) => {
    const { workspace, gone } = await leaveBehind();
    workspace.clock.advance(2.5 * HOUR);
    if (kind === 'start') await startSession(gone, { task: 'More', agent: 'go-backend' });
    else await addLogEntry(gone, { text: 'still at it', agent: 'go-backend' });
    workspace.clock.advance(HOUR);
    expect((await readStatus(workspace)).sessions).toMatchObject([{ stale: false, holds: [SCHEMA] }]);
    expect(await reap(workspace, { dryRun: false })).toEqual({ reaped: [], kept: [] });
    expect(await listLocks(workspace)).toEqual([SCHEMA]);
  });

  it('does not end the session of who reaps, but says whose it is; doctor names what ends it', async () => {
    const workspace = await makeWorkspace();
    const { session } = await startSession(workspace, { task: 'Implementing auth' });
    await lockResources(workspace, { resources: [SCHEMA] });
    workspace.clock.advance(3 * HOUR);
    for (const dryRun of [true, false]) {
      expect(await reap(workspace, { dryRun })).toMatchObject({
        reaped: [],
        kept: [
          { session: { id: session.id }, holds: [SCHEMA], until: null, why: expect.stringContaining('own') },
        ],
      });
    }
    const fixOf = async (where: MemoryWorkspace) =>
      (await checkBranch(where)).find(({ name }) => name === 'sessions')?.fix;
    expect(await fixOf(workspace)).toContain('agent-os done');
    expect(await fixOf(workspace.worktree('other'))).toBe('agent-os reap');
    expect(await listLocks(workspace)).toEqual([SCHEMA]);
  });

  it('completes a finish that was killed before it released its locks', async () => {
    const { workspace, gone, session } = await leaveBehind();
    const killed = { ...gone, locks: () => Promise.reject(new Error('killed')) };
    await expect(finishSession(killed, { summary: 'Done', agent: 'go-backend' })).rejects.toThrow('killed');
    workspace.clock.advance(3 * HOUR);
    expect(ids((await reap(workspace, { dryRun: false })).reaped)).toEqual([session.id]);
    expect(await listLocks(workspace)).toEqual([]);
    expect(await workspace.file(`sessions/go-backend/${session.id}.yaml`)).toContain('status: done');
  });

  it('waits longer for a session of another machine, whose clock may differ', async () => {
    const workspace = await makeWorkspace({ agent: 'reaper' });
    const { session } = await startSession(workspace.worktree('gone'), { task: 'x', agent: 'go-backend' });
    const path = `sessions/go-backend/${session.id}.yaml`;
    const text = (await workspace.file(path)) ?? '';
    await workspace.commitByHand({ path, content: text.replace(/^clone: .*$/m, 'clone: otherclone000000') });
    workspace.clock.advance(2 * HOUR + 1);
    expect(await reap(workspace, { dryRun: false })).toMatchObject({
      reaped: [],
      kept: [{ session: { id: session.id }, until: '2026-11-23T06:10:00.000Z' }],
    });
    workspace.clock.advance(11 * 60_000);
    expect(ids((await reap(workspace, { dryRun: false })).reaped)).toEqual([session.id]);
  });

  it('ends what the agent may lock, until it begins anew', async () => {
    const { workspace, gone, session } = await leaveBehind();
    workspace.clock.advance(3 * HOUR);
    await reap(workspace, { dryRun: false });
    await gone.sessions.add({ agent: session.agent, session: session.id }); // as in the clone that was reaped
    const lock = () => lockResources(gone, { agent: 'go-backend', resources: ['api'] });
    await expect(lock()).rejects.toMatchObject({ code: 'NO_SESSION' });
    await startSession(gone, { task: 'Again', agent: 'go-backend' });
    expect(await lock()).toMatchObject({ status: 'acquired' });
  });

  it('lets the agent begin anew', async () => {
    const { workspace, gone } = await leaveBehind();
    workspace.clock.advance(3 * HOUR);
    expect(await readActivity(workspace, 'go-backend')).toMatchObject({
      active: false,
      sessions: [{ stale: true }],
    });
    await reap(workspace, { dryRun: false });
    expect(await readActivity(workspace, 'go-backend')).toMatchObject({ active: false, sessions: [] });
    expect(await startSession(gone, { task: 'Again', agent: 'go-backend' })).toMatchObject({
      resumed: false,
    });
    expect(await readActivity(workspace, 'go-backend')).toMatchObject({ active: true });
  });
});
