import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseYaml, type YamlMap } from '../../../src/domain/yaml.ts';
import type { ViewReport } from '../../../src/view/refresh-view.ts';
import { type Clone, makeWorld, type Worktree } from './world.ts';

const STATE = 'state/project-state.json';
const LOG = 'logs/go-backend.log';

const put = (worktree: Worktree, name: string, text: string) => {
  mkdirSync(dirname(worktree.path(name)), { recursive: true });
  writeFileSync(worktree.path(name), text);
};
const get = (worktree: Worktree, name: string) => readFileSync(worktree.path(name), 'utf8');

/** As `jq … > tmp && mv tmp project-state.json`. */
function editState(worktree: Worktree, edit: (state: Record<string, unknown>) => void): void {
  const state = JSON.parse(get(worktree, STATE));
  edit(state);
  writeFileSync(`${worktree.path(STATE)}.tmp`, JSON.stringify(state));
  renameSync(`${worktree.path(STATE)}.tmp`, worktree.path(STATE));
}

async function stateOf(clone: Clone): Promise<YamlMap> {
  const text = await clone.read('state/project.yaml');
  return (text === '' ? {} : parseYaml(text, 'state')) as YamlMap;
}

async function logTexts(clone: Clone): Promise<string[]> {
  const logs = await Promise.all((await clone.paths('logs')).map((path) => clone.read(path)));
  return logs.flatMap((text) =>
    Object.entries((parseYaml(text, 'log') as { entries: Record<string, { text: string }> }).entries)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, entry]) => entry.text),
  );
}

describe('the project state in the view', () => {
  it('takes up edits with jq, and names the commit that it shows', async () => {
    const worktree = (await makeWorld().clone('a')).worktree();
    await worktree.refresh();
    editState(worktree, (state) =>
      Object.assign(state, { critical_context: { recent_changes: ['one'], current_focus: 'x' } }),
    );
    expect(await worktree.refresh()).toMatchObject({ ingested: [STATE], rendered: [STATE], problems: [] });
    expect(await stateOf(worktree.clone)).toMatchObject({
      critical_context: { recent_changes: ['one'], current_focus: 'x' },
    });
    const shown = JSON.parse(get(worktree, STATE));
    expect(shown['_agent_os']).toEqual({
      repo: worktree.clone.id,
      base: (await worktree.clone.branch.snapshot()).tip,
    });
    expect(await worktree.refresh()).toMatchObject({ ingested: [], rendered: [], problems: [] });
  });

  it('adds to a list what two clones have added at the same time', async () => {
    const world = makeWorld();
    const [a, b] = [await world.clone('a'), await world.clone('b')];
    const [one, two] = [a.worktree(), b.worktree()];
    await one.refresh();
    editState(one, (state) => Object.assign(state, { recent: ['begin'] }));
    await one.refresh();
    await a.sync(b);
    await two.refresh();
    editState(one, (state) => (state['recent'] as string[]).push('one'));
    editState(two, (state) => (state['recent'] as string[]).push('two'));
    await Promise.all([one.refresh(), two.refresh()]);
    await a.sync(b);
    await Promise.all([one.refresh(), two.refresh()]);
    expect(JSON.parse(get(one, STATE))['recent'].toSorted()).toEqual(['begin', 'one', 'two']);
    expect(JSON.parse(get(one, STATE))['recent']).toEqual(JSON.parse(get(two, STATE))['recent']);
  });

  it('does not repeat an edit that a later copy of the same base has too', async () => {
    const worktree = (await makeWorld().clone('a')).worktree();
    await worktree.refresh();
    editState(worktree, (state) => Object.assign(state, { list: [], focus: 'a' }));
    await worktree.refresh();
    editState(worktree, (state) => Object.assign(state, { list: ['x'], focus: 'b' }));
    const first = get(worktree, STATE); // what a slow jq has read
    await worktree.refresh();
    editState(worktree, (state) => Object.assign(state, { focus: 'c' }));
    await worktree.refresh();
    const late = JSON.parse(first);
    writeFileSync(worktree.path(STATE), JSON.stringify({ ...late, list: ['x', 'y'] }));
    await worktree.refresh();
    expect(await stateOf(worktree.clone)).toMatchObject({ list: ['x', 'y'], focus: 'c' });
  });

  it('is left alone and named while it is half written', async () => {
    const worktree = (await makeWorld().clone('a')).worktree();
    await worktree.refresh();
    const whole = JSON.stringify({ ...JSON.parse(get(worktree, STATE)), focus: 'x' });
    put(worktree, STATE, whole.slice(0, -3));
    put(worktree, LOG, 'still taken up\n');
    const { problems, ingested } = await worktree.refresh();
    expect(problems).toEqual([{ path: STATE, message: expect.stringContaining('not JSON') }]);
    expect(ingested).toEqual([LOG]);
    expect(get(worktree, STATE)).toBe(whole.slice(0, -3));
    put(worktree, STATE, whole);
    expect(await worktree.refresh()).toMatchObject({ ingested: [STATE], problems: [] });
    expect(await stateOf(worktree.clone)).toMatchObject({ focus: 'x' });
  });

  it('deletes nothing when a copy does not say what it was made of', async () => {
    const worktree = (await makeWorld().clone('a')).worktree();
    await worktree.refresh();
    editState(worktree, (state) => Object.assign(state, { keep: 1, list: ['a'] }));
    await worktree.refresh();
    put(worktree, STATE, '{"focus": "new", "list": ["b"]}');
    await worktree.refresh();
    expect(await stateOf(worktree.clone)).toMatchObject({ keep: 1, focus: 'new', list: ['a', 'b'] });
  });

  it('refuses a copy from another repository', async () => {
    const [here, there] = [
      (await makeWorld().clone('a')).worktree(),
      (await makeWorld(2).clone('b')).worktree(),
    ];
    await Promise.all([here.refresh(), there.refresh()]);
    editState(there, (state) => Object.assign(state, { theirs: true }));
    await there.refresh();
    put(here, STATE, get(there, STATE));
    const { problems } = await here.refresh();
    expect(problems).toEqual([{ path: STATE, message: expect.stringContaining('another repository') }]);
    expect(await stateOf(here.clone)).toEqual({});
    expect(get(here, STATE)).toBe(get(there, STATE));
  });

  it('survives an edit in place by who opened the file before it was renamed away', async () => {
    const worktree = (await makeWorld().clone('a')).worktree();
    await worktree.refresh();
    editState(worktree, (state) => Object.assign(state, { focus: 'first' }));
    let late = '';
    await worktree.refresh((step) => {
      // Written through a descriptor that was opened long ago: to the file wherever it is by now.
      if (step !== 'create' || late !== '') return;
      const taken = worktree.path(
        `.work/${readdirSync(worktree.path('.work')).find((name) => name.startsWith('state-'))}`,
      );
      late = JSON.stringify({ ...JSON.parse(readFileSync(taken, 'utf8')), other: 'late' });
      writeFileSync(taken, late);
    });
    await worktree.refresh();
    expect(await stateOf(worktree.clone)).toMatchObject({ focus: 'first', other: 'late' });
    expect(readdirSync(worktree.path('.work')).filter((name) => name.startsWith('state-'))).toHaveLength(1);
  });
});

describe('logs in the view', () => {
  it('become entries, begun by headers, and are not repeated in the file', async () => {
    const worktree = (await makeWorld().clone('a')).worktree();
    put(worktree, LOG, '[2026-11-23] Task: Auth\nChanges:\n- one\n\n[2026-11-23 05:00] Task: Next\nmore\n');
    await worktree.refresh();
    expect(await logTexts(worktree.clone)).toEqual([
      '[2026-11-23] Task: Auth\nChanges:\n- one',
      '[2026-11-23 05:00] Task: Next\nmore',
    ]);
    const before = get(worktree, LOG);
    expect((await worktree.refresh()).rendered).toEqual([]);
    appendFileSync(worktree.path(LOG), 'later\n');
    await worktree.refresh();
    expect(get(worktree, LOG)).toBe(`${before}later\n`);
    expect((await logTexts(worktree.clone)).at(-1)).toBe('later');
  });

  it('show what others wrote, and what several worktrees and clones append at once is complete in all', async () => {
    const world = makeWorld();
    const [a, b] = [await world.clone('a'), await world.clone('b')];
    const worktrees = [a.worktree(), a.worktree(), b.worktree()];
    for (let turn = 0; turn < 5; turn += 1) {
      for (const [index, worktree] of worktrees.entries()) {
        if (turn === 0) put(worktree, LOG, '');
        appendFileSync(worktree.path(LOG), `entry ${turn} of ${index}\n`);
      }
      await Promise.all(worktrees.map((worktree) => worktree.refresh()));
      await a.sync(b);
    }
    for (const worktree of worktrees) await worktree.refresh();
    const all = worktrees.flatMap((_, index) => [0, 1, 2, 3, 4].map((turn) => `entry ${turn} of ${index}`));
    expect((await logTexts(a)).toSorted()).toEqual(all.toSorted());
    for (const worktree of worktrees) {
      const lines = get(worktree, LOG)
        .split('\n')
        .filter((line) => line.startsWith('entry'));
      expect(lines.toSorted()).toEqual(all.toSorted());
    }
  });

  it('wait for the end of a line that somebody is writing', async () => {
    const world = makeWorld();
    const worktree = (await world.clone('a')).worktree();
    put(worktree, LOG, 'first\nsec');
    await worktree.refresh();
    expect(await logTexts(worktree.clone)).toEqual(['first']);
    appendFileSync(worktree.path(LOG), 'ond\n');
    await worktree.refresh();
    expect(await logTexts(worktree.clone)).toEqual(['first', 'second']);
    appendFileSync(worktree.path(LOG), 'no line end');
    world.clock.advance(60_000);
    await worktree.refresh();
    expect((await logTexts(worktree.clone)).at(-1)).toBe('no line end');
  });

  it('are not doubled when an editor writes them anew, nor when the memory of them is lost', async () => {
    const worktree = (await makeWorld().clone('a')).worktree();
    put(worktree, LOG, 'one\n');
    await worktree.refresh();
    appendFileSync(worktree.path(LOG), 'two\n');
    await worktree.refresh();
    const text = get(worktree, LOG);
    // A file of its own: while the first one is there, it cannot get the same inode.
    writeFileSync(worktree.path(`${LOG}.new`), `${text}three\n`);
    renameSync(worktree.path(`${LOG}.new`), worktree.path(LOG));
    await worktree.refresh();
    expect(await logTexts(worktree.clone)).toEqual(['one', 'two', 'three']);
    await worktree.state.update('view', () => null);
    await worktree.refresh();
    expect(await logTexts(worktree.clone)).toEqual(['one', 'two', 'three']);
    expect(get(worktree, LOG)).toBe(`${text}three\n`);
    // With a change in what was there before.
    writeFileSync(worktree.path(`${LOG}.new`), 'one\nbetween\ntwo\nthree\nfour\n');
    renameSync(worktree.path(`${LOG}.new`), worktree.path(LOG));
    await worktree.refresh();
    expect(await logTexts(worktree.clone)).toEqual(['one', 'two', 'three', 'between', 'four']);
  });

  it('come back when their file was removed', async () => {
    const worktree = (await makeWorld().clone('a')).worktree();
    put(worktree, LOG, 'one\n');
    await worktree.refresh();
    rmSync(worktree.view, { recursive: true });
    await worktree.refresh();
    expect(get(worktree, LOG)).toContain('\none\n#agent-os:end');
    expect((await worktree.refresh()).rendered).toEqual([]);
    expect(await logTexts(worktree.clone)).toEqual(['one']);
  });

  it('keep text apart that looks like an entry of agent-os', async () => {
    const world = makeWorld();
    const [a, b] = [await world.clone('a'), await world.clone('b')];
    const [one, two] = [a.worktree(), b.worktree()];
    const hostile = `x\n#agent-os:entry 01KAQ000000000000000000000 now\nhidden\n`;
    put(one, LOG, hostile);
    await one.refresh();
    await a.sync(b);
    await two.refresh();
    await two.refresh();
    await a.sync(b);
    expect(await logTexts(a)).toEqual(['x', 'hidden']);
    expect(await logTexts(b)).toEqual(['x', 'hidden']);
  });
});

describe('recaps in the view', () => {
  it('become records with sections, shown by other views under their own name', async () => {
    const world = makeWorld();
    const [a, b] = [await world.clone('a'), await world.clone('b')];
    const [one, two] = [a.worktree(), b.worktree()];
    put(one, 'recaps/20261123-backend.md', '# Auth is done\n\n## Decisions\n\nJWT\n');
    symlinkSync(one.path('recaps/20261123-backend.md'), one.path('recaps/latest.md'));
    expect(await one.refresh()).toMatchObject({ ingested: ['recaps/20261123-backend.md'], problems: [] });
    expect(await one.refresh()).toMatchObject({ ingested: [] });
    await a.sync(b);
    await two.refresh();
    const latest = readlinkSync(two.path('recaps/latest.md'));
    expect(latest).toMatch(/^\d{8}-go-backend-[0-9A-Z]{8}\.md$/);
    expect(get(two, 'recaps/latest.md')).toContain('## Decisions\n\nJWT');
    expect(await two.refresh()).toMatchObject({ ingested: [], rendered: [] });
    const [path = ''] = await b.paths('recaps');
    expect(parseYaml(await b.read(path), path)).toMatchObject({
      title: 'Auth is done',
      agent: 'go-backend',
      sections: [{ heading: 'Decisions', text: 'JWT' }],
    });
    expect(readlinkSync(one.path('recaps/latest.md'))).toBe(one.path('recaps/20261123-backend.md'));
  });

  it('are not entered again when the memory is lost', async () => {
    const world = makeWorld();
    const [a, b] = [await world.clone('a'), await world.clone('b')];
    const [one, two] = [a.worktree(), b.worktree()];
    put(one, 'recaps/x.md', '# X\n');
    await one.refresh();
    await a.sync(b);
    await two.refresh();
    for (const worktree of [one, two]) {
      await worktree.state.update('view', () => null);
      await worktree.refresh();
    }
    await a.sync(b);
    expect(await a.paths('recaps')).toHaveLength(1);
  });

  it('let a latest.md that was written by hand give way to a newer recap, and keep it', async () => {
    const world = makeWorld();
    const [a, b] = [await world.clone('a'), await world.clone('b')];
    const [one, two] = [a.worktree(), b.worktree()];
    put(one, 'recaps/latest.md', '# By hand\n');
    await one.refresh();
    expect(get(one, 'recaps/latest.md')).toBe('# By hand\n');
    world.clock.jump(Date.now() + 60_000 - world.clock.now());
    put(two, 'recaps/newer.md', '# Newer\n');
    await two.refresh();
    await a.sync(b);
    await one.refresh();
    await one.refresh();
    expect(get(one, 'recaps/latest.md')).toContain('# Newer');
    const all = readdirSync(one.path('recaps')).map((name) => get(one, `recaps/${name}`));
    expect(all.some((text) => text.includes('# By hand'))).toBe(true);
  });
});

describe('inboxes in the view', () => {
  const ID = '01KAQ0000000000000000000AA';
  const path = `messages/go-backend/new/${ID}.yaml`;
  const message = [
    'schema: agent-os/message/v1',
    `id: ${ID}`,
    `thread: ${ID}`,
    'kind: message',
    'from: sveltekit-specialist',
    'to: go-backend',
    'subject: "Hello \\e[31m"',
    'body: please',
    'priority: high',
    'ack_required: true',
    'sent_at: 2026-11-23T04:00:00Z',
    'attachments: []',
    `op: "001795406400000-a000000000000000-${ID}"`,
    '',
  ].join('\n');

  it('show unread messages, read-only and safe to print, until they are read', async () => {
    const clone = await makeWorld().clone('a');
    const worktree = clone.worktree();
    await clone.write({ path, content: message });
    await worktree.refresh();
    const text = get(worktree, `inbox/go-backend/${ID}.md`);
    expect(text).toContain('# Hello [31m\n');
    expect(text).toContain('- priority: high');
    await worktree.state.update('view', () => null);
    await worktree.refresh();
    await clone.write({ path, content: null });
    expect((await worktree.refresh()).rendered).toEqual([`inbox/go-backend/${ID}.md`]);
    expect(existsSync(worktree.path(`inbox/go-backend/${ID}.md`))).toBe(false);
  });

  it('name a message that is broken, and show the others', async () => {
    const clone = await makeWorld().clone('a');
    const worktree = clone.worktree();
    await clone.write({ path, content: message }, { path: path.replace('AA', 'AB'), content: 'x: [' });
    const { problems } = await worktree.refresh();
    expect(problems.map((problem) => problem.path)).toEqual([path.replace('AA', 'AB')]);
    expect(readdirSync(worktree.path('inbox/go-backend'))).toEqual([`${ID}.md`]);
  });
});

describe('a refresh', () => {
  it('reads and writes nothing when nothing has changed', async () => {
    const worktree = (await makeWorld().clone('a')).worktree();
    put(worktree, LOG, 'one\n');
    put(worktree, 'recaps/x.md', '# X\n');
    worktree.clone.world.clock.jump(Date.now() + 60_000 - worktree.clone.world.clock.now());
    await worktree.refresh();
    await worktree.refresh();
    const steps: string[] = [];
    await worktree.refresh((step) => steps.push(step));
    expect([...new Set(steps)].toSorted()).toEqual(['link', 'list', 'stat']);
  });

  it('does nothing in a bare repository, nor before there is a branch', async () => {
    const clone = await makeWorld().clone('a');
    const worktree = clone.worktree();
    Object.assign(worktree.workspace, { paths: { ...worktree.workspace.paths, workTree: null } });
    expect(await worktree.refresh()).toMatchObject({ rendered: [], problems: [] });
    expect(existsSync(worktree.view)).toBe(false);
  });

  it('leaves it to another process that is at it', async () => {
    const worktree = (await makeWorld().clone('a')).worktree();
    let second: Promise<ViewReport> | undefined;
    const first = await worktree.refresh((step) => {
      if (step === 'create') second ??= worktree.refresh();
    });
    expect(await second).toEqual({ ingested: [], rendered: [], problems: [], isBusy: true });
    expect(first).toMatchObject({ rendered: [STATE], isBusy: false });
  });

  it.each([
    ['the view', '.'],
    ['a folder in it', 'logs'],
  ])('writes nothing through a symlink in the place of %s', async (_, name) => {
    const worktree = (await makeWorld().clone('a')).worktree();
    const outside = `${worktree.clone.world.folder}/outside`;
    mkdirSync(outside);
    await worktree.clone.write({
      path: 'logs/go-backend/2026-11-23.yaml',
      content: 'schema: agent-os/log/v1\nagent: go-backend\nday: 2026-11-23\nentries: {}\n',
    });
    const link = name === '.' ? worktree.view : worktree.path(name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(outside, link);
    const { problems } = await worktree.refresh();
    expect(problems.some(({ message }) => message.includes('symlink'))).toBe(true);
    expect(readdirSync(outside)).toEqual([]);
  });

  it('leaves alone, and names, what is no file of its own', async () => {
    const worktree = (await makeWorld().clone('a')).worktree();
    await worktree.refresh();
    mkdirSync(worktree.path('recaps/folder.md'), { recursive: true });
    mkdirSync(worktree.path('logs'), { recursive: true });
    execFileSync('mkfifo', [worktree.path('recaps/pipe.md'), worktree.path('logs/go-backend.log')]);
    symlinkSync('/etc/passwd', worktree.path('recaps/passwd.md'));
    symlinkSync('/etc/passwd', worktree.path('logs/other.log'));
    put(worktree, 'recaps/large.md', 'x'.repeat(5 * 1024 * 1024));
    put(worktree, 'logs/Not An Agent.log', 'x\n');
    for (const name of ['recaps/a.md~', 'recaps/.a.md.swp', 'recaps/.#a.md', 'recaps/notes.txt'])
      put(worktree, name, 'x');
    const { problems, ingested } = await worktree.refresh();
    expect(ingested).toEqual([]);
    expect(problems.map(({ path }) => path).toSorted()).toEqual([
      'logs/Not An Agent.log',
      'logs/go-backend.log',
      'logs/other.log',
      'recaps/folder.md',
      'recaps/large.md',
      'recaps/passwd.md',
      'recaps/pipe.md',
    ]);
  });
});

describe('what editors and other systems leave', () => {
  it('beside logs is passed over without a word, and does not make every refresh a full one', async () => {
    const worktree = (await makeWorld().clone('a')).worktree();
    put(worktree, LOG, 'one\n');
    for (const name of ['.go-backend.log.swp', 'go-backend.log~', 'go-backend.log.bak', '4913'])
      put(worktree, `logs/${name}`, 'x\n');
    symlinkSync('user@host.1234', worktree.path('logs/.#go-backend.log'));
    worktree.clone.world.clock.jump(Date.now() + 60_000 - worktree.clone.world.clock.now());
    expect((await worktree.refresh()).problems).toEqual([]);
    await worktree.refresh();
    const steps: string[] = [];
    await worktree.refresh((step) => steps.push(step));
    expect([...new Set(steps)].toSorted()).toEqual(['list', 'stat']);
    expect(await logTexts(worktree.clone)).toEqual(['one']);
  });

  it('CRLF in a log that was written anew adds nothing, and what is added is an entry', async () => {
    const world = makeWorld();
    const [a, b] = [await world.clone('a'), await world.clone('b')];
    const [one, two] = [a.worktree(), b.worktree()];
    put(one, LOG, '[2026-11-23] Task: One\nmore\n');
    await one.refresh();
    await a.sync(b);
    await two.refresh();
    const text = `${get(two, LOG)}[2026-11-23] Task: Two\nlines\n`.replaceAll('\n', '\r\n');
    rmSync(two.path(LOG));
    put(two, LOG, text);
    await two.refresh();
    await two.refresh();
    expect(await logTexts(b)).toEqual(['[2026-11-23] Task: One\nmore', '[2026-11-23] Task: Two\nlines']);
    expect(get(two, LOG).match(/Task: One/g)).toHaveLength(1);
  });

  it('CRLF and a byte order mark are no part of a recap or of the state', async () => {
    const world = makeWorld();
    const [a, b] = [await world.clone('a'), await world.clone('b')];
    const [one, two] = [a.worktree(), b.worktree()];
    put(one, 'recaps/20261123-backend.md', '\ufeff# Auth\r\n\r\n## Done\r\n\r\nlogin\r\n');
    await one.refresh();
    const [path = ''] = await a.paths('recaps');
    expect(parseYaml(await a.read(path), path)).toMatchObject({
      title: 'Auth',
      sections: [{ heading: 'Done', text: 'login' }],
    });
    await a.sync(b);
    await two.refresh();
    const [name = ''] = readdirSync(two.path('recaps'));
    writeFileSync(two.path(`recaps/${name}`), get(two, `recaps/${name}`).replaceAll('\n', '\r\n'));
    await two.refresh();
    expect(await b.paths('recaps')).toHaveLength(1);

    put(one, STATE, `\ufeff${JSON.stringify({ ...JSON.parse(get(one, STATE)), focus: 'x' }, null, 2)}\r\n`);
    expect((await one.refresh()).problems).toEqual([]);
    expect(await stateOf(a)).toMatchObject({ focus: 'x' });
  });

  it('a copy of a recap as latest.md is no recap of its own', async () => {
    const worktree = (await makeWorld().clone('a')).worktree();
    put(worktree, 'recaps/20261123-backend.md', '# Auth\n');
    put(worktree, 'recaps/latest.md', '# Auth\n');
    await worktree.refresh();
    expect(await worktree.clone.paths('recaps')).toHaveLength(1);
    put(worktree, 'recaps/latest.md', '# More\n');
    await worktree.refresh();
    expect(await worktree.clone.paths('recaps')).toHaveLength(2);
  });

  it.each([
    ['a folder', (path: string) => mkdirSync(path)],
    ['a symlink out of the view', (path: string) => symlinkSync('/etc/passwd', path)],
    ['a huge file', (path: string) => writeFileSync(path, 'x'.repeat(5 * 1024 * 1024 + 1))],
    ['an empty file', (path: string) => writeFileSync(path, '')],
  ])('%s in the place of the state is left alone and named, and everything else goes on', async (_, make) => {
    const worktree = (await makeWorld().clone('a')).worktree();
    await worktree.refresh();
    rmSync(worktree.path(STATE));
    make(worktree.path(STATE));
    put(worktree, LOG, 'goes on\n');
    const { problems, ingested } = await worktree.refresh();
    expect(problems.map(({ path }) => path)).toEqual([STATE]);
    expect(ingested).toEqual([LOG]);
    rmSync(worktree.path(STATE), { recursive: true });
    expect(await worktree.refresh()).toMatchObject({ rendered: [STATE], problems: [] });
  });
});
