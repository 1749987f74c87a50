import { describe, expect, it } from 'vitest';
import { addAgent } from '../../../src/app/agents.ts';
import { checkDispatch, dispatchCommand } from '../../../src/app/dispatch.ts';
import { listMessages } from '../../../src/app/inbox.ts';
import { answerTask } from '../../../src/app/tasks.ts';
import { fireTriggers, testTriggers } from '../../../src/app/triggers.ts';
import type { CommitDetail } from '../../../src/domain/code-history.ts';
import type { Oid } from '../../../src/domain/names.ts';
import { type MemoryWorkspace, makeWorkspace } from '../../support/workspace.ts';

const DEFINITION = [
  '---',
  'name: go-backend',
  'description: Go',
  'commands: [add-tests]',
  'triggers: [{when: schema, paths: [db/**]}]',
  '---',
].join('\n');
const TEXT = '@agent:go-backend add-tests billing';
const DAY = 86_400;

function commitAt(workspace: MemoryWorkspace, seconds: number, oid: string, change = 'c'): CommitDetail {
  const now = Math.floor(workspace.clock.now() / 1000);
  const detail: CommitDetail = {
    oid: oid.repeat(40) as Oid,
    subject: 'feat: x',
    message: 'feat: x\n',
    author: 'Ada Lovelace',
    committedAt: now + seconds,
    authoredAt: now + seconds,
    trailers: [],
    paths: ['db/1'],
    change,
  };
  workspace.checkout.details.push(detail);
  workspace.checkout.range.push(detail);
  return detail;
}

async function makeTeam(): Promise<MemoryWorkspace> {
  const workspace = await makeWorkspace({ agent: 'lead' });
  await addAgent(workspace, { definition: DEFINITION });
  return workspace;
}

describe('a command in a commit message', () => {
  it('is sent once, whatever the copy of the commit, and again for another change', async () => {
    const workspace = await makeTeam();
    const [first, copy, other] = [
      commitAt(workspace, 0, 'a'),
      { ...commitAt(workspace, 0, 'b'), committedAt: 0 },
      commitAt(workspace, 0, 'c', 'another'),
    ];
    const send = ({ oid }: CommitDetail) =>
      dispatchCommand(workspace, { text: ` ${TEXT}\n`, source: { commit: oid } });
    const { message, delivered } = await send(first);
    expect({ delivered, commit: message.commit }).toEqual({ delivered: true, commit: first.oid });
    expect([(await send(first)).delivered, (await send(copy)).delivered]).toEqual([false, false]);
    await answerTask(workspace, { agent: 'go-backend', id: message.id, step: 'done' });
    expect((await send(first)).delivered).toBe(false);
    expect((await send(other)).delivered).toBe(true);
    expect((await listMessages(workspace, { agent: 'go-backend' })).messages).toHaveLength(1);
  });

  it('of a commit that is not there is refused; typed, it is sent each time', async () => {
    const workspace = await makeTeam();
    await expect(
      dispatchCommand(workspace, { text: TEXT, source: { commit: 'd'.repeat(40) as Oid } }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
    for (const _ of [1, 2]) expect((await dispatchCommand(workspace, { text: TEXT })).delivered).toBe(true);
    expect((await listMessages(workspace, { agent: 'go-backend' })).messages).toHaveLength(2);
  });

  it('can be checked without sending', async () => {
    const workspace = await makeTeam();
    const before = await workspace.subjects();
    expect(await checkDispatch(workspace, { text: '@agent:go-backend Add-Tests "a b"' })).toMatchObject({
      agent: 'go-backend',
      verb: 'add-tests',
      args: ['a b'],
    });
    await expect(checkDispatch(workspace, { text: '@agent:go-backend deploy' })).rejects.toMatchObject({
      code: 'BAD_VALUE',
      data: { commands: ['add-tests'] },
    });
    expect(await workspace.subjects()).toEqual(before);
  });
});

it('an answer to a task that there is not speaks of tasks', async () => {
  const workspace = await makeTeam();
  const answer = (id: string) => answerTask(workspace, { agent: 'go-backend', id, step: 'accept' });
  await expect(answer('7'.repeat(26))).rejects.toMatchObject({
    ...{ code: 'NOT_FOUND', hint: 'List them with `agent-os task list --all`.' },
    message: `there is no task of go-backend with the id ${'7'.repeat(26)}`,
  });
  await expect(answer('7ZZZ')).rejects.toMatchObject({
    message: 'there is no task of go-backend with the id 7ZZZ',
  });
});

describe('triggers', () => {
  it('are fired by whoever is first, with the commit’s author and time, and never for old commits', async () => {
    const workspace = await makeTeam();
    const [recent, old] = [commitAt(workspace, -DAY, 'a'), commitAt(workspace, -16 * DAY, 'b', 'other')];
    const commits = [recent.oid, recent.oid, old.oid];
    expect((await testTriggers(workspace, { range: 'A..B' })).fires.map(({ status }) => status)).toEqual([
      'new',
      'old',
    ]);
    const { messages } = await fireTriggers(workspace, { commits });
    expect(messages).toMatchObject([
      { from: 'ada-lovelace', to: 'go-backend', trigger: 'schema', commit: recent.oid, paths: ['db/1'] },
    ]);
    expect(messages[0]?.sentAt).toBe(new Date(recent.committedAt * 1000).toISOString());
    expect((await fireTriggers(workspace.worktree('other'), { commits })).messages).toEqual([]);
    expect((await workspace.subjects())[0]).toContain('trigger: go-backend: feat: x');
  });

  it('of one commit are one message for the agent, which names them all, and their paths', async () => {
    const workspace = await makeWorkspace({ agent: 'lead' });
    const triggers = '[{when: schema, paths: [db/**]}, {when: features, commits: [feat]}]';
    await addAgent(workspace, { definition: DEFINITION.replace(/\[\{.*\}\]/, triggers) });
    const { oid } = commitAt(workspace, 0, 'a');
    const copy = commitAt(workspace, 0, 'b');
    const { fires } = await testTriggers(workspace, { range: 'A..B' });
    expect(fires.map(({ trigger, commit, status }) => [trigger, commit, status])).toEqual([
      ['schema', oid, 'new'],
      ['features', oid, 'new'],
      ['schema', copy.oid, 'told'],
      ['features', copy.oid, 'told'],
    ]);
    const { messages } = await fireTriggers(workspace, { commits: [oid, copy.oid] });
    expect(messages).toMatchObject([
      { to: 'go-backend', trigger: 'schema; features', commit: oid, paths: ['db/1'] },
    ]);
    expect((await fireTriggers(workspace, { commits: [copy.oid] })).messages).toEqual([]);
  });

  it('are told once for commits that make one change', async () => {
    const workspace = await makeTeam();
    const commits = [commitAt(workspace, 0, 'a').oid, commitAt(workspace, 0, 'b').oid];
    expect((await fireTriggers(workspace, { commits })).messages).toHaveLength(1);
  });

  it('of a broken card stop nobody else’s', async () => {
    const workspace = await makeTeam();
    await workspace.commitByHand({ path: 'agents/broken.yaml', content: '<<<<<<< ours\n' });
    const { messages, problems } = await fireTriggers(workspace, {
      commits: [commitAt(workspace, 0, 'a').oid],
    });
    expect(messages).toHaveLength(1);
    expect(problems).toMatchObject([{ path: 'agents/broken.yaml' }]);
  });
});
