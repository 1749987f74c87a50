import { describe, expect, it } from 'vitest';
import { acknowledge, listMessages, markRead, readAttachments } from '../../../src/app/inbox.ts';
import { sendMessage } from '../../../src/app/messages.ts';
import { startSession } from '../../../src/app/sessions.ts';
import { readStatus } from '../../../src/app/status.ts';
import { TEXT_LIMIT } from '../../../src/app/text-input.ts';
import type { RecordId } from '../../../src/domain/names.ts';
import { type MemoryWorkspace, makeWorkspace } from '../../support/workspace.ts';

const TO = 'sveltekit-specialist';

const send = (workspace: MemoryWorkspace, text = 'Auth endpoints ready\n\nSee docs.', to = TO) =>
  sendMessage(workspace, { to: [to], text });

async function sendOne(workspace: MemoryWorkspace, text?: string): Promise<RecordId> {
  const { messages } = await send(workspace, text);
  const [message] = messages;
  if (message === undefined) throw new Error('nothing was sent');
  return message.id;
}

describe('send', () => {
  it('puts a message into the inbox of its recipient, as one commit that says it', async () => {
    const workspace = await makeWorkspace();
    const { messages, unknown } = await send(workspace);
    expect(messages).toMatchObject([
      { from: 'go-backend', to: TO, subject: 'Auth endpoints ready', priority: 'normal', readAt: null },
    ]);
    expect(messages[0]?.thread).toBe(messages[0]?.id);
    expect(unknown).toEqual([TO]);
    expect(await workspace.filesBelow('')).toEqual([`messages/${TO}/new/${messages[0]?.id}.yaml`]);
    expect(await workspace.subjects()).toEqual([`message: go-backend → ${TO}: Auth endpoints ready`, 'root']);
  });

  it('reaches several agents in one operation, each once', async () => {
    const workspace = await makeWorkspace();
    const { messages } = await sendMessage(workspace, { to: ['b', 'a', 'b'], text: 'Hello' });
    expect(messages.map(({ to }) => to)).toEqual(['b', 'a']);
    expect(await workspace.subjects()).toHaveLength(2);
  });

  it('to @all reaches everybody with a card or a session but the sender', async () => {
    const workspace = await makeWorkspace();
    await startSession(workspace, { task: 'Mine' });
    await startSession(workspace, { agent: 'reviewer', task: 'Theirs' });
    await workspace.commitByHand(
      { path: 'agents/designer.yaml', content: 'schema: agent-os/card/v1\nname: designer\n' },
      { path: 'agents/Not A Name.yaml', content: '' },
      { path: 'agents/designer.stamps.yaml', content: '' },
    );
    const { messages, unknown } = await sendMessage(workspace, { to: ['@all'], text: 'Hello' });
    expect(messages.map(({ to }) => to)).toEqual(['designer', 'reviewer']);
    expect(unknown).toEqual([]);
  });

  it('to @group reaches its members', async () => {
    const workspace = await makeWorkspace();
    const content = 'schema: agent-os/config/v1\ngroups: {backend: [go-backend, database]}\n';
    await workspace.commitByHand({ path: 'config.yaml', content });
    const { messages } = await sendMessage(workspace, { to: ['@backend'], text: 'Hello' });
    expect(messages.map(({ to }) => to)).toEqual(['database']);
    await expect(sendMessage(workspace, { to: ['@frontend'], text: 'Hello' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      hint: 'Send to an agent or to @all, @backend.',
    });
  });

  it('to @all says that nobody is there', async () => {
    const workspace = await makeWorkspace();
    await expect(sendMessage(workspace, { to: ['@all'], text: 'Hello' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it.each(['../x', 'a/b', 'Ada', 'a b', '👋', '-x', '', '..', 'x'.repeat(10_000)])(
    'refuses %j as a name and writes nothing',
    async (name) => {
      const workspace = await makeWorkspace();
      await expect(send(workspace, 'Hello', name)).rejects.toMatchObject({ code: 'BAD_NAME' });
      expect(await workspace.subjects()).toEqual(['root']);
    },
  );

  it.each([
    ['NUL', 'a\0b'],
    ['CRLF', 'a\r\nb\r\n\r\n'],
    ['escape sequences', '\x1b[31mred\x1b]0;title\x07'],
    ['trailing spaces and tabs', ' a  \n\tb\t\n\n\n'],
    ['YAML', '--- # no\n- *a: &b !!js/function >\n<<<<<<< HEAD\n'],
    ['a byte order mark and bidirectional controls', '\ufeff\u202eabc\u2028'],
    ['lines of one space', 'a\n \n'.repeat(30)],
    ['a lone surrogate', 'a\ud800b'],
  ])('keeps %s exactly', async (_what, text) => {
    const workspace = await makeWorkspace();
    await send(workspace, text);
    const { messages, problems } = await listMessages(workspace, { agent: TO });
    expect(problems).toEqual([]);
    expect(messages).toHaveLength(1);
    expect(messages[0]?.body === text).toBe(true);
  });

  it.each([
    ['control characters', '\x01'],
    ['CRLF', 'ab\r\n'],
    ['C1 controls', '\x85'],
  ])('keeps a megabyte of %s exactly', { timeout: 120_000 }, async (_what, unit) => {
    const workspace = await makeWorkspace();
    const text = unit.repeat(TEXT_LIMIT / Buffer.byteLength(unit));
    await send(workspace, text);
    const { messages } = await listMessages(workspace, { agent: TO });
    expect(messages[0]?.body === text).toBe(true);
  });

  it('refuses one byte over a megabyte', async () => {
    const workspace = await makeWorkspace();
    await expect(send(workspace, 'x'.repeat(TEXT_LIMIT + 1))).rejects.toMatchObject({ code: 'TOO_LARGE' });
  });

  it('refuses a subject of several lines', async () => {
    const workspace = await makeWorkspace();
    const input = { to: [TO], text: 'Hello', subject: 'a\nb' };
    await expect(sendMessage(workspace, input)).rejects.toMatchObject({ code: 'BAD_VALUE' });
  });
});

describe('a reply', () => {
  it('goes to the sender and on in the thread', async () => {
    const workspace = await makeWorkspace();
    const id = await sendOne(workspace);
    const { messages } = await sendMessage(workspace, {
      agent: TO,
      to: [],
      text: 'Thanks',
      replyTo: id.slice(0, 20),
    });
    expect(messages).toMatchObject([{ to: 'go-backend', thread: id, replyTo: id }]);
    const replies = await listMessages(workspace, { thread: id });
    expect(replies.messages.map(({ body }) => body)).toEqual(['Thanks']);
  });

  it('to a message of somebody else is refused', async () => {
    const workspace = await makeWorkspace();
    const id = await sendOne(workspace);
    const input = { agent: 'intruder', to: [], text: 'Thanks', replyTo: id };
    await expect(sendMessage(workspace, input)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('attachments', () => {
  it('travel under the id of the message', async () => {
    const workspace = await makeWorkspace();
    const content = Uint8Array.from([0, 255, 10, 13]);
    const attachments = [{ name: 'api.md', content }];
    const { messages } = await sendMessage(workspace, { to: ['a', 'b'], text: 'See', attachments });
    const [first] = messages;
    expect(first?.attachments).toEqual([
      {
        name: 'api.md',
        path: `attachments/${first?.id}/api.md`,
        size: 4,
        type: 'text/markdown',
        role: null,
        file: null,
      },
    ]);
    const files = await readAttachments(workspace, { agent: 'b', id: first?.id ?? '' });
    expect(files.map(({ name, content }) => [name, [...content]])).toEqual([['api.md', [0, 255, 10, 13]]]);
  });

  it.each(['..', '.git', 'a/b', 'a\\b', 'a\nb', '-rf', '', `${'x'.repeat(256)}`])(
    'refuses %j as a name',
    async (name) => {
      const workspace = await makeWorkspace();
      const attachments = [{ name, content: new Uint8Array() }];
      await expect(sendMessage(workspace, { to: [TO], text: 'See', attachments })).rejects.toMatchObject({
        code: 'BAD_NAME',
      });
    },
  );

  it('are refused over their limit, alone and together', async () => {
    const workspace = await makeWorkspace();
    const files = (...sizes: number[]) =>
      sizes.map((size, index) => ({ name: `${index}.bin`, content: new Uint8Array(size) }));
    const mebibyte = 1024 * 1024;
    for (const attachments of [files(10 * mebibyte + 1), files(9 * mebibyte, 9 * mebibyte, 3 * mebibyte)]) {
      await expect(sendMessage(workspace, { to: [TO], text: 'See', attachments })).rejects.toMatchObject({
        code: 'TOO_LARGE',
      });
    }
  });

  it('are read only where the message itself lies', async () => {
    const workspace = await makeWorkspace();
    const attachments = [{ name: 'api.md', content: Uint8Array.of(1) }];
    const { messages } = await sendMessage(workspace, { to: [TO], text: 'See', attachments });
    const path = `messages/${TO}/new/${messages[0]?.id}.yaml`;
    const text = (await workspace.file(path)) ?? '';
    for (const forged of ['config.yaml', '../../etc/passwd', `attachments/${'0'.repeat(26)}/api.md`]) {
      const content = text.replace(/path: .*/, `path: ${forged}`);
      await workspace.commitByHand(
        { path, content },
        { path: 'config.yaml', content: 'schema: agent-os/config/v1\n' },
      );
      const reading = readAttachments(workspace, { agent: TO, id: messages[0]?.id ?? '' });
      await expect(reading).rejects.toMatchObject({ code: 'RECORD_BROKEN' });
    }
  });
});

describe('inbox', () => {
  it('lists what is unread, oldest first, without touching what was read', async () => {
    const workspace = await makeWorkspace();
    const first = await sendOne(workspace, 'First');
    await sendOne(workspace, 'Second');
    await sendOne(workspace, 'Third');
    await markRead(workspace, { agent: TO, ids: [first] });
    const listed = await listMessages(workspace, { agent: TO });
    expect(listed.messages.map(({ body }) => body)).toEqual(['Second', 'Third']);
    const all = await listMessages(workspace, { agent: TO, all: true });
    expect(all.messages.map(({ body, readAt }) => [body, readAt !== null])).toEqual([
      ['First', true],
      ['Second', false],
      ['Third', false],
    ]);
  });

  it('can be searched and filtered', async () => {
    const workspace = await makeWorkspace();
    await sendOne(workspace, 'About the SCHEMA');
    await sendMessage(workspace, { agent: 'reviewer', to: [TO], text: 'About tests' });
    const bodies = async (input: object) =>
      (await listMessages(workspace, { agent: TO, ...input })).messages.map(({ body }) => body);
    expect(await bodies({ search: 'schema' })).toEqual(['About the SCHEMA']);
    expect(await bodies({ from: 'reviewer' })).toEqual(['About tests']);
    expect(await bodies({ thread: '7ZZZ' })).toEqual([]);
  });

  it('names broken messages and lists the others', async () => {
    const workspace = await makeWorkspace();
    const good = await sendOne(workspace, 'Good');
    const text = (await workspace.file(`messages/${TO}/new/${good}.yaml`)) ?? '';
    const at = (n: number) => `messages/${TO}/new/${good.slice(0, 25)}${n}.yaml`;
    const aliases = `a: &a [x]\n${Array.from({ length: 1000 }, (_, i) => `b${i}: *a`).join('\n')}\n`;
    const broken = [
      ['not YAML', 'a: [1'],
      ['aliases by the thousand', text + aliases],
      ['a duplicate key', `${text}body: twice\n`],
      ['a conflict marker', `<<<<<<< ours\n${text}=======\n${text}>>>>>>> theirs\n`],
      ['a future version', text.replace('message/v1', 'message/v2')],
      ['an id that is not its name', text],
      ['another recipient', text.replace(`to: ${TO}`, 'to: intruder')],
      ['invalid UTF-8', Uint8Array.of(0xff, 0xfe)],
    ] as const;
    await workspace.commitByHand(...broken.map(([, content], n) => ({ path: at(n), content })));
    const { messages, problems } = await listMessages(workspace, { agent: TO });
    expect(messages.map(({ id }) => id)).toEqual([good]);
    expect(problems.map(({ path }) => path).sort()).toEqual(broken.map((_, n) => at(n)));
    expect(problems.every(({ path, message }) => message.includes(path))).toBe(true);
    // What cannot be read is named, and not counted as well.
    const status = await readStatus(workspace);
    expect(status.unread).toEqual([{ agent: TO, count: messages.length }]);
    expect(status.problems.map(({ path }) => path)).toEqual(
      expect.arrayContaining(broken.map((_, n) => at(n))),
    );
  });

  it('follows no symlink, submodule or name that leads out', async () => {
    const workspace = await makeWorkspace();
    const { writer } = workspace.objects;
    const blob = await writer.blob(Buffer.from('x'));
    const commit = (await workspace.branch.snapshot()).tip;
    const inbox = await writer.tree([
      { name: `${'0'.repeat(26)}.yaml`, mode: '120000', oid: blob },
      { name: `${'1'.repeat(26)}.yaml`, mode: '160000', oid: commit ?? blob },
      { name: '../../config.yaml', mode: '100644', oid: blob },
      { name: '\x1b[31m.yaml', mode: '100644', oid: blob },
    ]);
    const agent = await writer.tree([{ name: 'new', mode: '40000', oid: inbox }]);
    const messages = await writer.tree([{ name: TO, mode: '40000', oid: agent }]);
    await workspace.forceTree([{ name: 'messages', mode: '40000', oid: messages }]);
    const { messages: listed, problems } = await listMessages(workspace, { agent: TO, all: true });
    expect(listed).toEqual([]);
    expect(problems.map(({ path }) => path.slice(`messages/${TO}/new/`.length)).sort()).toEqual([
      '\x1b[31m.yaml',
      '../../config.yaml',
      `${'0'.repeat(26)}.yaml`,
      `${'1'.repeat(26)}.yaml`,
    ]);
    expect(problems.every(({ message }) => !message.includes('\x1b'))).toBe(true);
  });

  it('without a branch says how to begin', async () => {
    const workspace = await makeWorkspace({ initialised: false });
    await expect(listMessages(workspace)).rejects.toMatchObject({ code: 'NOT_INITIALISED' });
  });
});

describe('read', () => {
  it('moves the message to where read ones lie, by the month in which it was sent', async () => {
    const workspace = await makeWorkspace();
    const id = await sendOne(workspace);
    workspace.clock.advance(40 * 86_400_000);
    const { messages } = await markRead(workspace, { agent: TO, ids: [id.slice(0, 20).toLowerCase()] });
    expect(messages).toMatchObject([{ id, readAt: '2027-01-02T04:00:00.000Z' }]);
    expect(await workspace.filesBelow('messages')).toEqual([`messages/${TO}/read/2026/11/${id}.yaml`]);
    expect((await workspace.subjects())[0]).toBe(`read: ${TO} ← go-backend: Auth endpoints ready`);
  });

  it('again only shows it', async () => {
    const workspace = await makeWorkspace();
    const id = await sendOne(workspace);
    const first = await markRead(workspace, { agent: TO, ids: [id] });
    workspace.clock.advance(1000);
    expect(await markRead(workspace, { agent: TO, ids: [id] })).toEqual(first);
    expect(await workspace.subjects()).toHaveLength(3);
  });

  it('asks for more of an id that fits several', async () => {
    const workspace = await makeWorkspace();
    const ids = [await sendOne(workspace), await sendOne(workspace)];
    await expect(markRead(workspace, { agent: TO, ids: [ids[0]?.slice(0, 10) ?? ''] })).rejects.toMatchObject(
      {
        code: 'AMBIGUOUS',
        data: { ids },
      },
    );
  });

  it.each([
    ['../..', 'BAD_VALUE'],
    ['01', 'BAD_VALUE'],
    ['x'.repeat(10_000), 'BAD_VALUE'],
    ['0'.repeat(26), 'NOT_FOUND'],
    ['7ZZZ', 'NOT_FOUND'],
  ])('of %j is refused', async (id, code) => {
    const workspace = await makeWorkspace();
    await sendOne(workspace);
    await expect(markRead(workspace, { agent: TO, ids: [id] })).rejects.toMatchObject({ code });
  });

  it('of one broken message changes none of the others', async () => {
    const workspace = await makeWorkspace();
    const [good, bad] = [await sendOne(workspace), await sendOne(workspace)];
    await workspace.commitByHand({ path: `messages/${TO}/new/${bad}.yaml`, content: ': :' });
    await expect(markRead(workspace, { agent: TO, ids: [good, bad] })).rejects.toMatchObject({
      code: 'RECORD_BROKEN',
    });
    expect((await listMessages(workspace, { agent: TO })).messages).toHaveLength(1);
  });

  it('keeps fields that it does not know', async () => {
    const workspace = await makeWorkspace();
    const id = await sendOne(workspace);
    const path = `messages/${TO}/new/${id}.yaml`;
    await workspace.commitByHand({ path, content: `${await workspace.file(path)}mood: good\n` });
    await markRead(workspace, { agent: TO, ids: [id] });
    expect(await workspace.file(`messages/${TO}/read/2026/11/${id}.yaml`)).toContain('mood: good');
  });
});

describe('ack', () => {
  it('marks read, and tells a sender who asked for it, once', async () => {
    const workspace = await makeWorkspace();
    const { messages } = await sendMessage(workspace, {
      to: [TO],
      text: 'Please confirm',
      ackRequired: true,
    });
    const id = messages[0]?.id ?? '';
    const acked = await acknowledge(workspace, { agent: TO, ids: [id] });
    expect(acked.messages).toMatchObject([
      { ackedAt: '2026-11-23T04:00:00.000Z', readAt: '2026-11-23T04:00:00.000Z' },
    ]);
    await acknowledge(workspace, { agent: TO, ids: [id] });
    const { messages: told } = await listMessages(workspace);
    expect(told).toMatchObject([
      { from: TO, subject: 'Acknowledged: Please confirm', replyTo: id, thread: id },
    ]);
  });

  it('after read keeps the time of reading', async () => {
    const workspace = await makeWorkspace();
    const id = await sendOne(workspace);
    await markRead(workspace, { agent: TO, ids: [id] });
    workspace.clock.advance(60_000);
    const { messages } = await acknowledge(workspace, { agent: TO, ids: [id] });
    expect(messages).toMatchObject([
      { readAt: '2026-11-23T04:00:00.000Z', ackedAt: '2026-11-23T04:01:00.000Z' },
    ]);
    expect((await listMessages(workspace)).messages).toEqual([]);
  });
});
