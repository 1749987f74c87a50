import { expect, it } from 'vitest';
import { listMessages } from '../../../src/app/inbox.ts';
import { sendMessage } from '../../../src/app/messages.ts';
import { refileOldMessages } from '../../../src/app/refiling.ts';
import { recordTime } from '../../../src/domain/layout.ts';
import type { CommitObject } from '../../../src/domain/ports.ts';
import { type MemoryWorkspace, makeWorkspace } from '../../support/workspace.ts';

const DAY = 86_400_000;

async function operationsOf(workspace: MemoryWorkspace): Promise<readonly CommitObject[]> {
  const { tip } = await workspace.branch.snapshot();
  if (tip === null) throw new Error('no branch');
  return workspace.objects.history.operations(tip, []);
}

const inboxOf = async (workspace: MemoryWorkspace, agent: string) =>
  (await listMessages(workspace, { agent })).messages;

it('a message that waited for more than half of the retention time gets a new id, and stays what it was', async () => {
  const workspace = await makeWorkspace();
  const { messages } = await sendMessage(workspace, { to: ['a'], text: 'From the plane' });
  workspace.clock.advance(16 * DAY);
  await refileOldMessages(workspace, await operationsOf(workspace));
  const [found, ...others] = await inboxOf(workspace, 'a');
  expect(others).toEqual([]);
  expect(found).toMatchObject({
    body: 'From the plane',
    thread: messages[0]?.thread,
    sentAt: messages[0]?.sentAt,
  });
  expect(found?.id).not.toBe(messages[0]?.id);
  if (found !== undefined) expect(recordTime(found.id)).toBe(workspace.clock.now());
});

it('messages that are younger, or not of these operations, stay where they are', async () => {
  const workspace = await makeWorkspace();
  await sendMessage(workspace, { to: ['a'], text: 'Published long ago' });
  workspace.clock.advance(16 * DAY);
  const published = (await operationsOf(workspace)).map(({ oid }) => oid);
  await sendMessage(workspace, { to: ['a'], text: 'Of today' });
  const before = await inboxOf(workspace, 'a');
  const unpublished = (await operationsOf(workspace)).filter(({ oid }) => !published.includes(oid));
  await refileOldMessages(workspace, unpublished);
  expect(await inboxOf(workspace, 'a')).toEqual(before);
});
