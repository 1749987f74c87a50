import { expect, it } from 'vitest';
import { readAttachment } from '../../../src/app/attachments.ts';
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

it('its files come along, for each recipient, and an answer to it says which message it answers', async () => {
  const workspace = await makeWorkspace();
  const content = new TextEncoder().encode('openapi: 3.1.0\n');
  const { messages } = await sendMessage(workspace, {
    to: ['a', 'b'],
    text: 'The contract',
    attachments: [{ name: 'api.yaml', content, role: 'contract' }],
  });
  const sent = messages[0];
  if (sent === undefined) throw new Error('nothing was sent');
  await sendMessage(workspace, { agent: 'a', to: ['b'], text: 'One more thing', replyTo: sent.id });
  workspace.clock.advance(16 * DAY);
  await refileOldMessages(workspace, await operationsOf(workspace));

  const [toA] = await inboxOf(workspace, 'a');
  const [toB, answer] = await inboxOf(workspace, 'b');
  if (toA === undefined || toB === undefined) throw new Error('a message is gone');
  expect(toA.id).not.toBe(sent.id);
  expect(toB.id).toBe(toA.id);
  expect(answer).toMatchObject({ replyTo: toA.id, thread: toA.thread });
  const [file] = toA.attachments;
  if (file === undefined) throw new Error('the file is gone');
  expect(file).toMatchObject({ name: 'api.yaml', role: 'contract' });
  const snapshot = await workspace.branch.snapshot();
  expect((await readAttachment(snapshot, toA.id, file)).content).toEqual(content);
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
