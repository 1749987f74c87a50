import { describe, expect, it } from 'vitest';
import { addAgent, listAgents, showAgent } from '../../../src/app/agents.ts';
import { findIntrusions, readContext } from '../../../src/app/context.ts';
import { addLogEntry, listLogEntries } from '../../../src/app/log.ts';
import { sendMessage } from '../../../src/app/messages.ts';
import { addRecap, listRecaps, showRecap } from '../../../src/app/recaps.ts';
import { startSession } from '../../../src/app/sessions.ts';
import { setState } from '../../../src/app/state.ts';
import { readStatus } from '../../../src/app/status.ts';
import type { CloneId, Oid, ResourceName } from '../../../src/domain/names.ts';
import { agentName, makeWorkspace } from '../../support/workspace.ts';

describe('log', () => {
  it('keeps entries by agent and day, in the order in which they were written', async () => {
    const workspace = await makeWorkspace();
    await addLogEntry(workspace, { text: 'one' });
    await addLogEntry(workspace, { agent: 'reviewer', text: 'two' });
    workspace.clock.advance(86_400_000);
    await addLogEntry(workspace, { text: 'three' });
    const { entries } = await listLogEntries(workspace);
    expect(entries.map(({ agent, at, text }) => [agent, at.slice(0, 10), text])).toEqual([
      ['go-backend', '2026-11-23', 'one'],
      ['reviewer', '2026-11-23', 'two'],
      ['go-backend', '2026-11-24', 'three'],
    ]);
    expect(await workspace.filesBelow('logs')).toEqual([
      'logs/go-backend/2026-11-23.yaml',
      'logs/go-backend/2026-11-24.yaml',
      'logs/reviewer/2026-11-23.yaml',
    ]);
  });

  it('shows one agent, or what is younger than asked for', async () => {
    const workspace = await makeWorkspace();
    await addLogEntry(workspace, { text: 'old' });
    workspace.clock.advance(10 * 86_400_000);
    await addLogEntry(workspace, { text: 'new' });
    await addLogEntry(workspace, { agent: 'reviewer', text: 'theirs' });
    const texts = async (input: object) =>
      (await listLogEntries(workspace, input)).entries.map(({ text }) => text);
    expect(await texts({})).toEqual(['new', 'theirs']);
    expect(await texts({ agent: 'go-backend', since: '30d' })).toEqual(['old', 'new']);
    expect(await texts({ since: '2026-11-23' })).toEqual(['old', 'new', 'theirs']);
    expect(await texts({ since: '2026-12-03T04:00:01Z' })).toEqual([]);
    for (const since of ['yesterday', '2026-13-99', '', '1 week']) {
      await expect(listLogEntries(workspace, { since })).rejects.toMatchObject({ code: 'BAD_VALUE' });
    }
  });

  it('names a broken file, and shows the others', async () => {
    const workspace = await makeWorkspace();
    await addLogEntry(workspace, { agent: 'reviewer', text: 'fine' });
    const path = 'logs/go-backend/2026-11-23.yaml';
    await workspace.commitByHand({ path, content: 'broken: [' });
    const { entries, problems } = await listLogEntries(workspace);
    expect([entries.map(({ text }) => text), problems.map((problem) => problem.path)]).toEqual([
      ['fine'],
      [path],
    ]);
  });

  it('does not even read the files of days that nobody asked for', async () => {
    const workspace = await makeWorkspace();
    const path = 'logs/go-backend/2026-11-15.yaml';
    await workspace.commitByHand({ path, content: 'broken: [' });
    expect((await listLogEntries(workspace)).problems).toEqual([]);
    expect((await listLogEntries(workspace, { since: '9d' })).problems).toMatchObject([{ path }]);
  });

  it('refuses an entry over 64 KiB', async () => {
    const workspace = await makeWorkspace();
    await expect(addLogEntry(workspace, { text: 'x'.repeat(65_537) })).rejects.toMatchObject({
      code: 'TOO_LARGE',
    });
  });
});

describe('recaps', () => {
  it('written as Markdown have title, sections and the whole text', async () => {
    const workspace = await makeWorkspace();
    const text =
      '# Login\n\nIntro\n\n## Decisions\n\n- argon2id\n\n```md\n## not a heading\n```\n\n## Next ##\nForm\n';
    const { recaps } = await addRecap(workspace, { text });
    expect(recaps).toMatchObject([
      {
        agent: 'go-backend',
        title: 'Login',
        sections: [
          { heading: 'Decisions', text: '- argon2id\n\n```md\n## not a heading\n```' },
          { heading: 'Next', text: 'Form' },
        ],
        body: text,
      },
    ]);
    const id = recaps[0]?.id ?? '';
    expect(await workspace.filesBelow('recaps')).toEqual([`recaps/2026/11/23-go-backend-${id}.yaml`]);
    expect(await showRecap(workspace, { id: id.slice(0, 20) })).toEqual({ recaps, gateReport: [] });
  });

  it('written as YAML, or with front matter, are the same', async () => {
    const workspace = await makeWorkspace();
    const fields = 'title: Login\nsections: {Decisions: [argon2id]}\ngates: [{name: tests, passed: true}]\n';
    for (const input of [
      { text: fields },
      { text: fields, name: 'recap.yml' },
      { text: `---\n${fields}---\n` },
    ]) {
      const { recaps } = await addRecap(workspace, input);
      expect(recaps).toMatchObject([
        {
          title: 'Login',
          sections: [{ heading: 'Decisions', text: '- argon2id' }],
          body: '## Decisions\n\n- argon2id\n',
          gates: [{ name: 'tests', passed: true }],
        },
      ]);
    }
  });

  it('takes gates as a map too, with texts, booleans, or what a list would say', async () => {
    const workspace = await makeWorkspace();
    const gates = 'gates:\n  lint: passed\n  types: false\n  scan: {passed: false, detail: 3 CVEs}\n';
    const { recaps } = await addRecap(workspace, { text: `title: x\n${gates}` });
    expect(recaps[0]?.gates).toEqual([
      { name: 'lint', passed: true, detail: 'passed' },
      { name: 'types', passed: false },
      { name: 'scan', passed: false, detail: '3 CVEs' },
    ]);
  });

  it.each(['title: [', 'sections: 3\ntitle: x', 'title: x\ngates: [{name: 1}]'])(
    'refuse %j',
    async (text) => {
      const workspace = await makeWorkspace();
      await expect(addRecap(workspace, { text, name: 'a.yaml' })).rejects.toMatchObject({
        code: 'BAD_VALUE',
      });
    },
  );

  it('of a range begin with its commits', async () => {
    const workspace = await makeWorkspace();
    const oid = 'a'.repeat(40) as Oid;
    workspace.checkout.range.push({ oid, subject: 'feat: auth', author: 'Ada', committedAt: 1 });
    const { recaps } = await addRecap(workspace, { range: 'main..HEAD' });
    expect(recaps).toMatchObject([
      { title: 'Commits of main..HEAD', commits: [oid], body: expect.stringContaining('feat: auth (Ada)') },
    ]);
    await expect(addRecap(workspace, {})).rejects.toMatchObject({ code: 'BAD_VALUE' });
  });

  it('are listed newest first, across months, up to a limit', async () => {
    const workspace = await makeWorkspace();
    await expect(showRecap(workspace)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    for (const title of ['one', 'two', 'three', 'four']) {
      await addRecap(workspace, { text: title });
      workspace.clock.advance(20 * 86_400_000);
    }
    const titles = async (limit?: number) =>
      (await listRecaps(workspace, limit === undefined ? {} : { limit })).recaps.map(({ title }) => title);
    expect(await titles()).toEqual(['four', 'three', 'two', 'one']);
    expect(await titles(2)).toEqual(['four', 'three']);
    expect((await showRecap(workspace)).recaps[0]?.title).toBe('four');
  });
});

const DEFINITION = `---
name: go-backend
description: Use this agent for Go: services, handlers
tools: Read, Write
color: blue
owns: ["services/**"]
---
You are a Go specialist.
`;

describe('agents', () => {
  it('are added from definitions as harnesses read them', async () => {
    const workspace = await makeWorkspace();
    const { agents } = await addAgent(workspace, {
      definition: DEFINITION.replace('owns: ["services/**"]\n', ''),
    });
    expect(agents).toEqual([
      {
        name: 'go-backend',
        hasCard: true,
        description: 'Use this agent for Go: services, handlers',
        specialization: null,
        color: 'blue',
        tools: ['Read', 'Write'],
        owns: [],
        resources: [],
        commands: [],
        triggers: [],
        coordinatesWith: [],
        gates: [],
        keys: [],
        body: 'You are a Go specialist.\n',
      },
    ]);
    expect(await showAgent(workspace, { name: 'go-backend' })).toEqual({ agents, problems: [] });
  });

  it('added again take what changed, and nothing when nothing did', async () => {
    const workspace = await makeWorkspace();
    await addAgent(workspace, { definition: DEFINITION });
    await addAgent(workspace, { definition: DEFINITION });
    expect(await workspace.subjects()).toHaveLength(2);
    await addAgent(workspace, { definition: DEFINITION.replace('blue', 'green') });
    expect((await listAgents(workspace)).agents).toMatchObject([{ name: 'go-backend', color: 'green' }]);
  });

  it('with a session but no card are listed by name', async () => {
    const workspace = await makeWorkspace();
    await startSession(workspace, { agent: 'reviewer', task: 'Reviewing' });
    expect((await listAgents(workspace)).agents).toMatchObject([{ name: 'reviewer', hasCard: false }]);
    await expect(showAgent(workspace, { name: 'nobody' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it.each([
    ['no front matter', 'Hello', 'reviewer', 'no front matter'],
    ['no name', '---\ncolor: red\n---\n', 'reviewer', 'as its file is called'],
    ['a name that is none', '---\nname: Go Backend\n---\n', 'go-backend', "'Go Backend' is no agent name"],
    ['a field of another type', '---\nname: a\ncolor: [red]\n---\n', 'a', '`color`'],
    ['tabs', '---\nname:\ta\ntools:\n\t- Read\n---\n', 'a', 'tabs'],
    ['CRLF', '---\r\nname: a\r\ntools: Read\r\n---\r\nText\r\n', 'a', 'CRLF'],
    ['a byte order mark', '\ufeff---\nname: a\n---\n', 'a', 'byte order mark'],
    ['mis-encoded emoji', '---\nname: a\n---\n## \u00f0\u0178\u017d\u00af Goal\n', 'a', 'wrong encoding'],
    ['bytes that were replaced', '---\nname: a\n---\n\ufffd\n', 'a', 'wrong encoding'],
    ['front matter without an end', '---\nname: a\ncolor: red\n\n# Text\n', 'a', 'no end'],
  ])('with %s are added with a warning', async (_what, definition, name, warning) => {
    const workspace = await makeWorkspace();
    const { agents, warnings } = await addAgent(workspace, { definition, file: 'x/Reviewer.md' });
    expect(agents).toMatchObject([{ name }]);
    expect(warnings.join('; ')).toContain(warning);
  });

  it('of which neither text nor file tell the name are refused', async () => {
    const workspace = await makeWorkspace();
    await expect(addAgent(workspace, { definition: 'Hello' })).rejects.toMatchObject({ code: 'BAD_VALUE' });
    await expect(addAgent(workspace, { name: '../x' })).rejects.toMatchObject({ code: 'BAD_NAME' });
  });
});

const lockOf = (...names: string[]) => ({
  resource: 'r' as ResourceName,
  holders: names.map((name) => ({ agent: agentName(name), session: null, clone: 'c' as CloneId })),
  paths: ['src/api/**'],
});

describe('context', () => {
  it('is what an agent reads before it begins', async () => {
    const workspace = await makeWorkspace();
    await addAgent(workspace, { definition: DEFINITION.replace('Go:', 'Go') });
    const { session } = await startSession(workspace, { agent: 'database', task: 'New schema' });
    const who = { agent: session.agent, session: session.id };
    const resources = ['database-schema' as ResourceName];
    await (await workspace.locks()).acquire({ who, resources, paths: ['services/users/**', 'docs/**'] });
    await setState(workspace, { agent: 'database', path: 'critical_context.current_focus', value: 'Login' });
    await sendMessage(workspace, { agent: 'database', to: ['go-backend'], text: 'Schema changes' });
    await addLogEntry(workspace, { agent: 'database', text: 'Began' });
    await addLogEntry(workspace, { text: 'My own' });
    await addRecap(workspace, { agent: 'database', text: '# Plan' });
    expect(await readContext(workspace)).toMatchObject({
      agent: 'go-backend',
      card: { description: 'Use this agent for Go services, handlers' },
      state: { critical_context: { current_focus: 'Login' } },
      sessions: [{ agent: 'database', task: 'New schema' }],
      locks: [{ resource: 'database-schema' }],
      unread: [{ subject: 'Schema changes' }],
      recaps: [{ title: 'Plan' }],
      changes: [{ agent: 'database', text: 'Began' }],
      conflicts: [
        { kind: 'lock', resource: 'database-schema', agents: ['database'], paths: ['services/users/**'] },
      ],
      problems: [],
    });
  });

  it('goes on over broken files, and names them', async () => {
    const workspace = await makeWorkspace();
    await sendMessage(workspace, { agent: 'database', to: ['go-backend'], text: 'Fine' });
    const id = '0'.repeat(26);
    const broken = [
      'agents/go-backend.yaml',
      'conflicts/0123456789abcdef.yaml',
      'config.yaml',
      'logs/database/2026-11-23.yaml',
      `messages/go-backend/new/${id}.yaml`,
      `sessions/database/${id}.yaml`,
      'state/project.stamps.yaml',
      'state/project.yaml',
    ];
    await workspace.commitByHand(...broken.map((path) => ({ path, content: '<<<<<<< ours\n' })));
    const report = await readContext(workspace);
    expect(report.unread).toHaveLength(1);
    expect(report.problems.map(({ path }) => path).sort()).toEqual([...broken].sort());
  });

  it('does not count own locks as conflicts', () => {
    const card = { name: agentName('a'), owns: ['src/**'] };
    expect(findIntrusions(card, [lockOf('a')])).toEqual([]);
    expect(findIntrusions(card, [lockOf('a', 'b', 'b')])).toMatchObject([{ agents: ['b'] }]);
  });

  it('ignores globs of a card that are none', () => {
    const card = { name: agentName('a'), owns: ['/etc/**', '!x', ''] };
    expect(findIntrusions(card, [lockOf('b')])).toEqual([]);
  });
});

describe('status', () => {
  it('shows sessions, locks, unread messages and conflicts', async () => {
    const workspace = await makeWorkspace();
    const { session } = await startSession(workspace, { task: 'New schema' });
    const who = { agent: session.agent, session: session.id };
    await (await workspace.locks()).acquire({ who, resources: ['database-schema' as ResourceName] });
    await sendMessage(workspace, { to: ['a', 'b'], text: 'One' });
    await sendMessage(workspace, { to: ['b'], text: 'Two' });
    const value = { id: '0123456789abcdef', file: 'state/project.yaml', pointer: '/a', by: 'b', value: 1 };
    const fields = Object.entries(value).map(([key, field]) => `${key}: ${JSON.stringify(field)}\n`);
    const content = `schema: agent-os/conflict/v1\nkind: value\n${fields.join('')}`;
    await workspace.commitByHand({ path: `conflicts/${value.id}.yaml`, content });
    expect(await readStatus(workspace)).toMatchObject({
      sessions: [{ id: session.id, status: 'active' }],
      locks: [{ resource: 'database-schema', holders: [{ agent: 'go-backend' }] }],
      unread: [
        { agent: 'a', count: 1 },
        { agent: 'b', count: 2 },
      ],
      conflicts: [{ kind: 'value', file: 'state/project.yaml', pointer: '/a', agent: 'b', value: 1 }],
      unsynced: [],
      problems: [],
    });
  });
});
