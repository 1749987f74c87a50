import { expect, it } from 'vitest';
import { lockResources, renewDueLocks } from '../../../src/app/locking.ts';
import { addLogEntry } from '../../../src/app/log.ts';
import { startSession } from '../../../src/app/sessions.ts';
import { type MemoryWorkspace, makeWorkspace } from '../../support/workspace.ts';

const HOUR = 3_600_000;

const expiryOf = async (workspace: MemoryWorkspace, resource: string) =>
  (await (await workspace.locks()).list()).locks.find((lock) => lock.resource === resource)?.expiresAt;

it('of two who share a worktree, the locks of the one that has been silent for a lease expire', async () => {
  const workspace = await makeWorkspace({ agent: 'reviewer' });
  for (const agent of ['go-backend', 'reviewer']) {
    await startSession(workspace, { agent, task: 'Work' });
    await lockResources(workspace, { agent, resources: [`of-${agent}`] });
  }
  const start = workspace.clock.now();

  workspace.clock.advance(HOUR);
  expect(await renewDueLocks(workspace)).toEqual([]);
  const renewed = await expiryOf(workspace, 'of-go-backend');
  expect(Date.parse(renewed ?? '')).toBe(start + 3 * HOUR);

  for (let round = 0; round < 8; round += 1) {
    workspace.clock.advance(HOUR / 2);
    await addLogEntry(workspace, { agent: 'reviewer', text: 'Still here' });
    await renewDueLocks(workspace);
  }
  expect(Date.parse((await expiryOf(workspace, 'of-reviewer')) ?? '')).toBeGreaterThan(workspace.clock.now());
  expect(Date.parse((await expiryOf(workspace, 'of-go-backend')) ?? '')).toBeLessThan(workspace.clock.now());
});
