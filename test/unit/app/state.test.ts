import { describe, expect, it } from 'vitest';
import { handOff } from '../../../src/app/handoff.ts';
import { listMessages } from '../../../src/app/inbox.ts';
import { appendState, beginStateEdit, finishStateEdit, getState, setState } from '../../../src/app/state.ts';
import { makeWorkspace } from '../../support/workspace.ts';

const FOCUS = 'critical_context.current_focus';
const CHANGES = 'critical_context.recent_changes';
const FILE = 'state/project.yaml';

describe('project state', () => {
  it('is set and read by dotted paths, and the file is what people read', async () => {
    const workspace = await makeWorkspace();
    expect(await setState(workspace, { path: FOCUS, value: 'User authentication' })).toEqual({
      value: 'User authentication',
    });
    await appendState(workspace, { path: CHANGES, value: 'Added the users table' });
    await appendState(workspace, { path: CHANGES, value: '{what: index, on: [users, mail]}' });
    expect((await getState(workspace)).value).toEqual({
      critical_context: {
        current_focus: 'User authentication',
        recent_changes: ['Added the users table', { what: 'index', on: ['users', 'mail'] }],
      },
    });
    expect(await workspace.file(FILE)).toContain('current_focus: User authentication');
    expect((await workspace.subjects())[2]).toBe(`state: go-backend: set ${FOCUS}: User authentication`);
  });

  it('is one of several documents', async () => {
    const workspace = await makeWorkspace();
    await appendState(workspace, { document: 'roadmap', path: 'items', value: 'Login' });
    expect((await getState(workspace, { document: 'roadmap' })).value).toEqual({ items: ['Login'] });
    await expect(getState(workspace, { document: '../config' })).rejects.toMatchObject({ code: 'BAD_NAME' });
  });

  it.each([
    ['an alias bomb', `a: &a [1]\n${'b: *a\n'.repeat(1000)}`],
    ['a duplicate key', '{a: 1, a: 2}'],
    ['a conflict marker', '<<<<<<< HEAD\na: 1\n'],
    ['half a map', '{a: 1'],
    ['a tag', '!!js/function x'],
    ['depth', '['.repeat(500)],
  ])('refuses %s as a value and changes nothing', async (_what, value) => {
    const workspace = await makeWorkspace();
    await expect(setState(workspace, { path: FOCUS, value })).rejects.toMatchObject({ code: 'BAD_VALUE' });
    expect(await workspace.subjects()).toEqual(['root']);
  });

  it('says what is not there', async () => {
    const workspace = await makeWorkspace();
    await setState(workspace, { path: 'a', value: '1' });
    await expect(getState(workspace, { path: FOCUS })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(getState(workspace, { path: 'a..b' })).rejects.toMatchObject({ code: 'BAD_VALUE' });
    await expect(appendState(workspace, { path: 'a', value: 'x' })).rejects.toMatchObject({
      code: 'BAD_VALUE',
    });
  });

  it('takes keys that are dangerous elsewhere as keys', async () => {
    const workspace = await makeWorkspace();
    await setState(workspace, { path: '__proto__.polluted', value: 'yes' });
    await setState(workspace, { path: 'constructor', value: 'x' });
    expect(Object.keys((await getState(workspace)).value as object)).toEqual(['__proto__', 'constructor']);
    expect({}).not.toHaveProperty('polluted');
  });

  it('that was broken by hand is named, read as last written, and not written over', async () => {
    const workspace = await makeWorkspace();
    await setState(workspace, { path: FOCUS, value: 'Login' });
    const content = '<<<<<<< ours\ncritical_context: {}\n';
    await workspace.commitByHand({ path: FILE, content });
    const { value, problems } = await getState(workspace, { path: FOCUS });
    expect({ value, paths: problems.map(({ path }) => path) }).toEqual({ value: 'Login', paths: [FILE] });
    await expect(setState(workspace, { path: FOCUS, value: 'Other' })).rejects.toMatchObject({
      code: 'RECORD_BROKEN',
    });
    expect(await workspace.file(FILE)).toBe(content);
  });

  it('takes up what was committed by hand', async () => {
    const workspace = await makeWorkspace();
    await setState(workspace, { path: FOCUS, value: 'Login' });
    const text = (await workspace.file(FILE)) ?? '';
    await workspace.commitByHand({ path: FILE, content: text.replace('Login', 'Logout # why not') });
    await setState(workspace, { path: 'other', value: '1' });
    expect((await getState(workspace, { path: FOCUS })).value).toBe('Logout');
    expect(await workspace.file(FILE)).toContain('Logout # why not');
  });
});

describe('state edit', () => {
  it('writes what differs and keeps comments', async () => {
    const workspace = await makeWorkspace();
    await setState(workspace, { path: FOCUS, value: 'Login' });
    const edit = await beginStateEdit(workspace);
    const text = edit.text.replace('Login', 'Logout # for now');
    expect(await finishStateEdit(workspace, { edit, text })).toMatchObject({ changed: true });
    expect((await beginStateEdit(workspace)).text).toBe(text);
  });

  it('joins what others wrote while the editor was open', async () => {
    const workspace = await makeWorkspace();
    await setState(workspace, { path: FOCUS, value: 'Login' });
    const edit = await beginStateEdit(workspace);
    await setState(workspace, { path: 'theirs', value: '1' });
    await appendState(workspace, { path: CHANGES, value: 'Theirs' });
    await finishStateEdit(workspace, { edit, text: `${edit.text}mine: 2\n` });
    expect((await getState(workspace)).value).toEqual({
      critical_context: { current_focus: 'Login', recent_changes: ['Theirs'] },
      mine: 2,
      theirs: 1,
    });
  });

  it('without a change writes nothing', async () => {
    const workspace = await makeWorkspace();
    const edit = await beginStateEdit(workspace);
    expect(await finishStateEdit(workspace, { edit, text: edit.text })).toMatchObject({ changed: false });
    expect(await workspace.subjects()).toEqual(['root']);
  });

  it('refuses what is no YAML', async () => {
    const workspace = await makeWorkspace();
    const edit = await beginStateEdit(workspace);
    const finishing = finishStateEdit(workspace, { edit, text: 'a: [1' });
    await expect(finishing).rejects.toMatchObject({ code: 'BAD_VALUE' });
  });

  it('shows a broken file as it stands, so that it can be mended', async () => {
    const workspace = await makeWorkspace();
    await setState(workspace, { path: FOCUS, value: 'Login' });
    const text = (await workspace.file(FILE)) ?? '';
    await workspace.commitByHand({ path: FILE, content: `<<<<<<< ours\n${text}mine: 2\n` });
    const edit = await beginStateEdit(workspace);
    expect(edit.text).toContain('<<<<<<<');
    await finishStateEdit(workspace, { edit, text: edit.text.replace('<<<<<<< ours\n', '') });
    expect(await getState(workspace)).toMatchObject({
      value: { critical_context: { current_focus: 'Login' }, mine: 2 },
      problems: [],
    });
  });
});

describe('handoff', () => {
  it('is message, files and focus in one commit', async () => {
    const workspace = await makeWorkspace();
    const attachments = [{ name: 'types.ts', content: Buffer.from('export type User = {};\n') }];
    const { message } = await handOff(workspace, {
      to: 'b',
      text: 'Build the form',
      attachments,
      focus: 'The form',
    });
    expect(message).toMatchObject({ kind: 'handoff', to: 'b', priority: 'high', ackRequired: true });
    expect(await workspace.subjects()).toEqual(['handoff: go-backend → b: Build the form', 'root']);
    expect(await workspace.file(`attachments/${message.id}/types.ts`)).toContain('User');
    expect((await getState(workspace, { path: FOCUS })).value).toBe('The form');
    // What the receiver lists says where the files can be read.
    const received = message.attachments.map((file) => ({
      ...file,
      file: `/files/${message.id}/${file.name}`,
    }));
    expect((await listMessages(workspace, { agent: 'b' })).messages).toEqual([
      { ...message, attachments: received },
    ]);
  });

  it('whose focus cannot be set sends nothing either', async () => {
    const workspace = await makeWorkspace();
    await workspace.commitByHand({ path: FILE, content: 'a: [1' });
    await expect(handOff(workspace, { to: 'b', text: 'Build', focus: 'The form' })).rejects.toMatchObject({
      code: 'RECORD_BROKEN',
    });
    expect(await workspace.filesBelow('messages')).toEqual([]);
  });
});
