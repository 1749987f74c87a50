import { expect, test } from 'vitest';
import type { CommitFollowers } from '../../../src/app/commit-followers.ts';
import { checkMessage } from '../../../src/app/commit-message.ts';
import { workJournal } from '../../../src/app/journal-work.ts';
import { startSession } from '../../../src/app/sessions.ts';
import type { Workspace } from '../../../src/app/workspace.ts';
import { AgentOsError } from '../../../src/domain/errors.ts';
import type { HookPorts } from '../../../src/domain/hook-ports.ts';
import type { Oid } from '../../../src/domain/names.ts';
import { MemoryStateFiles } from '../../support/memory.ts';
import { type MemoryWorkspace, makeWorkspace } from '../../support/workspace.ts';

/** Followers that take down what they are told. */
function followers(refuse?: (text: string) => boolean) {
  const told: string[] = [];
  const check = async (text: string) => {
    if (refuse?.(text))
      throw new AgentOsError('NOT_FOUND', 'no definition has this command', { hint: 'Look.' });
  };
  const port: CommitFollowers = {
    fireTriggers: async (_, { commits }) => void told.push(`triggers ${commits.length}`),
    dispatchCommand: async (_, { agent, text }) => {
      told.push(`dispatch ${agent} ${text}`);
      await check(text);
    },
    checkDispatch: async (_, { text }) => check(text),
  };
  return { told, port };
}

/** A workspace with an active session, in which a test notes what hooks would. */
async function makeHooked(options: { readonly message?: string } = {}) {
  const workspace = await makeWorkspace();
  const { session } = await startSession(workspace, { task: 'task' });
  const journal: string[] = [];
  const added: string[] = [];
  const ports: HookPorts = {
    head: async () => null,
    stagedPaths: async () => [],
    pushedWork: async () => ({ paths: [], messages: [] }),
    readMessage: async () => options.message ?? '',
    addTrailers: async (_, lines) => void added.push(...lines),
    handOver: async () => {},
    authorship: async () => 'ada@example.com 1764000000',
    writeMarker: async () => {},
    journal: {
      isPending: () => journal.length > 0,
      take: async () => {
        const text = journal.join('\n');
        return text === '' ? [] : [{ text, done: async () => void journal.splice(0) }];
      },
      giveUpPost: () => {},
    },
    files: new MemoryStateFiles(),
  };
  const hooked: Workspace & Pick<MemoryWorkspace, 'objects' | 'file'> = {
    ...workspace,
    hooks: async () => ports,
  };
  const note = (kind: string, ...oids: string[]) =>
    journal.push(`${kind} ${oids[0] ?? '-'} ${oids[1] ?? '-'} ${session.agent} ${session.id} /main`);
  const commit = (message: string, at: number): Promise<Oid> =>
    workspace.objects.memory.writer.commit({
      tree: '4b825dc642cb6eb9a060e54bf8d69288fbee4904' as Oid,
      parents: [],
      message,
      author: { name: 'Ada', email: 'ada@example.com' },
      at,
    });
  const read = async () => (await workspace.file(`sessions/go-backend/${session.id}.yaml`)) ?? '';
  return { workspace: hooked, note, commit, read, added };
}

const MESSAGE = 'feat: x\n\n@agent:web rebuild the client\n';

test('a commit joins its session, and its commands are dispatched once however often it is amended', async () => {
  const { workspace, note, commit, read } = await makeHooked();
  const { told, port } = followers();
  const work = () => workJournal(workspace, { followers: port, openAt: async () => workspace });
  const first = await commit(MESSAGE, 1);
  note('commit', first);
  expect(await work()).toEqual(['/main']);
  expect(told).toEqual(['dispatch go-backend @agent:web rebuild the client', 'triggers 1']);
  expect(await read()).toContain(first);

  const second = await commit(MESSAGE, 2);
  note('commit', second);
  note('rewrite', first, second);
  await work();
  expect(told.slice(2)).toEqual(['triggers 1']);
  expect(await read()).toContain(second);
  expect(await read()).not.toContain(first);
  expect(await work()).toEqual([]);
});

test('a command that cannot be dispatched stops nothing else, and is not tried again', async () => {
  const { workspace, note, commit, read } = await makeHooked();
  const { told, port } = followers(() => true);
  const oid = await commit(MESSAGE, 1);
  note('commit', oid);
  await workJournal(workspace, { followers: port, openAt: async () => null });
  note('commit', oid);
  await workJournal(workspace, { followers: port, openAt: async () => null });
  expect(told).toEqual(['dispatch go-backend @agent:web rebuild the client', 'triggers 1', 'triggers 1']);
  expect(await read()).toContain(oid);
});

test('what a rebase makes again belongs to the session that its trailers name', async () => {
  const { workspace, note, commit, read } = await makeHooked();
  const id = (await workspace.sessions.list())[0]?.session ?? '';
  const foreign = await commit('one\n\nAgent-OS-Session: 01KA0000000000000000000000\n', 1);
  const none = await commit('two\n', 1);
  const own = await commit(`three\n\nAgent-OS-Session: ${id}\n`, 1);
  for (const oid of [foreign, none, own]) note('pick', oid);
  await workJournal(workspace, { followers: followers().port, openAt: async () => workspace });
  expect(await read()).toContain(own);
  expect(await read()).not.toContain(foreign);
  expect(await read()).not.toContain(none);
});

test('a message that addresses an unknown command is refused before it gets trailers; with skip it is not looked at', async () => {
  const { workspace, added } = await makeHooked({ message: MESSAGE });
  const { port } = followers((text) => text.includes('rebuild'));
  const input = { file: 'm', asked: null, followers: port };
  expect(await checkMessage(workspace, { ...input, skip: false })).toEqual({
    isBlocked: true,
    bad: [
      { text: '@agent:web rebuild the client', problem: 'no definition has this command', hint: 'Look.' },
    ],
  });
  expect(added).toEqual([]);
  expect(await checkMessage(workspace, { ...input, skip: true })).toEqual({ isBlocked: false, bad: [] });
  expect(added[0]).toBe('Agent-OS-Agent: go-backend');
});
