import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { findConflicts } from '../../../../src/domain/document/conflicts.ts';
import { type DottedPath, parseDottedPath } from '../../../../src/domain/document/dotted-path.ts';
import { appendAt, getAt, removeAt, setAt } from '../../../../src/domain/document/edit.ts';
import { joinDocuments } from '../../../../src/domain/document/join.ts';
import { loadDocument } from '../../../../src/domain/document/load.ts';
import type { Author, DocumentState } from '../../../../src/domain/document/registers.ts';
import { renderDocument } from '../../../../src/domain/document/render.ts';
import { EMPTY_STATE } from '../../../../src/domain/document/stamps-file.ts';
import type { AgentName, CloneId, RecordId } from '../../../../src/domain/names.ts';
import { operationId } from '../../../../src/domain/operation.ts';
import type { YamlValue } from '../../../../src/domain/yaml.ts';

const PATH = 'state/project.yaml';
const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const utf8 = (text: string) => new TextEncoder().encode(text);

function author(clone: 'a' | 'b' | 'c', clock: number): Author {
  const unique = `01KARX0000${String(clock).padStart(16, '0')}` as RecordId;
  return {
    op: operationId({ clock, clone: clone.repeat(16) as CloneId, unique }),
    by: `agent-${clone}` as AgentName,
  };
}

const focus: DottedPath = ['critical_context', 'current_focus'];
const changes: DottedPath = ['critical_context', 'recent_changes'];

function load(plain: string | null, stamps: string | null) {
  return loadDocument(
    { plain: plain === null ? null : utf8(plain), stamps: stamps === null ? null : utf8(stamps) },
    PATH,
    hash,
  );
}

function edit(state: DocumentState, change: (plain: string) => string) {
  const { plain, stamps } = renderDocument(state, PATH);
  return load(change(plain), stamps);
}

function build(...steps: [DottedPath, YamlValue][]): DocumentState {
  return steps.reduce(
    (state, [path, value], i) => setAt(state, path, value, author('a', i + 1)),
    EMPTY_STATE,
  );
}

const show = (state: DocumentState) => getAt(state, []);

describe('reading and writing', () => {
  it('sets, appends, reads and removes', () => {
    let state = build([focus, 'Auth'], [['team', 'size'], 3]);
    state = appendAt(state, changes, ['one'], author('a', 10));
    state = appendAt(state, changes, ['two', 'three'], author('b', 11));
    expect(show(state)).toEqual({
      critical_context: { current_focus: 'Auth', recent_changes: ['one', 'two', 'three'] },
      team: { size: 3 },
    });
    state = removeAt(removeAt(state, [...changes, '1'], author('a', 12)), ['team'], author('a', 13));
    expect(show(state)).toEqual({
      critical_context: { current_focus: 'Auth', recent_changes: ['one', 'three'] },
    });
    expect(getAt(state, ['nothing', 'here'])).toBeUndefined();
  });

  it('a map replaces a map, deleting what it does not have', () => {
    const state = setAt(
      build([['a'], { b: 1, c: { d: 2 }, constructor: 4 }]),
      ['a'],
      { c: 3 },
      author('a', 9),
    );
    expect(show(state)).toEqual({ a: { c: 3 } });
  });

  it('scalars, maps and lists replace one another, empty ones too', () => {
    const values: YamlValue[] = ['x', { b: 1 }, [1, { c: [2] }], {}, [], null, { b: { c: 1 } }, [[1], []], 0];
    let state = EMPTY_STATE;
    values.forEach((value, i) => {
      state = setAt(state, ['a'], value, author('a', i + 1));
      expect(show(state)).toEqual({ a: value });
    });
    expect(findConflicts(state, PATH, hash)).toEqual([]);
  });

  it('a path may lead through a scalar, and into list items', () => {
    let state = build([['a'], 1], [['a', 'b', 'c'], 2], [['list'], [{ title: 'x', tags: ['t'] }, 'y']]);
    state = setAt(state, ['list', '0', 'title'], 'z', author('a', 8));
    state = appendAt(state, ['list', '0', 'tags'], ['u'], author('a', 9));
    expect(show(state)).toEqual({ a: { b: { c: 2 } }, list: [{ title: 'z', tags: ['t', 'u'] }, 'y'] });
    expect(() => setAt(state, ['list', '2'], 1, author('a', 10))).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND' }),
    );
    expect(() => appendAt(state, ['a'], [1], author('a', 10))).toThrow(
      expect.objectContaining({ code: 'BAD_VALUE' }),
    );
    expect(() => setAt(state, [], 1, author('a', 10))).toThrow(
      expect.objectContaining({ code: 'BAD_VALUE' }),
    );
  });

  it('keys may be anything', () => {
    const keys = ['__proto__', 'a/b', '~', '~+1', '~#before', '', '0', 'constructor', 'schema2', '-'];
    const state = keys.reduce((s, key, i) => setAt(s, ['m', key], i, author('a', i + 1)), EMPTY_STATE);
    const again = load(...(Object.values(renderDocument(state, PATH)) as [string, string]));
    expect(again.state).toEqual(state);
    expect(keys.map((key) => getAt(again.state, ['m', key]))).toEqual(keys.map((_, i) => i));
  });

  it('a later write wins here even when its clock is behind the document', () => {
    const state = setAt(build([focus, 'x'], [focus, 'y']), focus, 'z', author('b', 1));
    expect(getAt(state, focus)).toBe('z');
  });
});

describe('joining', () => {
  const base = build([focus, 'base'], [changes, ['one']]);

  it('takes both sides: other keys, and items in the order of their operations', () => {
    const a = appendAt(setAt(base, ['x'], 1, author('a', 10)), changes, ['from a'], author('a', 12));
    const b = appendAt(setAt(base, ['y'], 2, author('b', 11)), changes, ['from b'], author('b', 13));
    const joined = joinDocuments(a, b);
    expect(joinDocuments(b, a)).toEqual(joined);
    expect(show(joined)).toEqual({
      critical_context: { current_focus: 'base', recent_changes: ['one', 'from a', 'from b'] },
      x: 1,
      y: 2,
    });
    expect(findConflicts(joined, PATH, hash)).toEqual([]);
  });

  it('keeps the value that lost as a conflict, until somebody who saw it sets the key', () => {
    const a = setAt(setAt(base, focus, 'draft', author('a', 10)), focus, 'from a', author('a', 11));
    const b = setAt(base, focus, 'from b', author('b', 12));
    const joined = joinDocuments(a, b);
    expect(getAt(joined, focus)).toBe('from b');
    expect(findConflicts(joined, PATH, hash)).toEqual([
      expect.objectContaining({ pointer: '/critical_context/current_focus', value: 'from a', by: 'agent-a' }),
    ]);
    const settled = setAt(joined, focus, 'both', author('a', 13));
    expect(findConflicts(joinDocuments(settled, joinDocuments(a, b)), PATH, hash)).toEqual([]);
    expect(findConflicts(joinDocuments(base, b), PATH, hash)).toEqual([]);
  });

  it('keeps the value of a copied clone, which counts one clock in two places', () => {
    const original = setAt(base, ['k'], 'kept', author('a', 10));
    const copy = setAt(base, ['other'], 1, author('a', 12));
    expect(getAt(joinDocuments(original, copy), ['k'])).toBe('kept');
  });

  it('the same value from both is no conflict', () => {
    const a = setAt(base, focus, 'same', author('a', 10));
    const b = setAt(base, focus, 'same', author('b', 10));
    expect(findConflicts(joinDocuments(a, b), PATH, hash)).toEqual([]);
  });

  it('a scalar against a map under one key: the later is shown, the other is a conflict', () => {
    const a = setAt(base, ['k'], 'scalar', author('a', 10));
    const b = setAt(base, ['k', 'deep'], 'map', author('b', 11));
    const joined = joinDocuments(a, b);
    expect(getAt(joined, ['k'])).toEqual({ deep: 'map' });
    expect(findConflicts(joined, PATH, hash).map((c) => c.value)).toEqual(['scalar']);
    const other = joinDocuments(setAt(base, ['k'], 'scalar', author('a', 12)), b);
    expect(getAt(other, ['k'])).toBe('scalar');
    expect(findConflicts(other, PATH, hash).map((c) => c.value)).toEqual(['map']);
  });

  it('a deletion wins over what it saw, and loses to what it did not', () => {
    const removed = removeAt(base, ['critical_context'], author('a', 10));
    expect(show(joinDocuments(removed, base))).toEqual({});
    const b = setAt(base, focus, 'still here', author('b', 11));
    expect(show(joinDocuments(removed, b))).toEqual({ critical_context: { current_focus: 'still here' } });
  });
});

describe('hand edits', () => {
  it('a file without stamps is a hand edit as a whole, the same in two clones', () => {
    const text = 'critical_context:\n  current_focus: by hand # urgent\n  recent_changes: [a, b, a]\n';
    const loaded = load(text, null);
    expect(loaded.handEdits).toBeGreaterThan(0);
    expect(show(loaded.state)).toEqual({
      critical_context: { current_focus: 'by hand', recent_changes: ['a', 'b', 'a'] },
    });
    expect(load(text, null).state).toEqual(loaded.state);
  });

  it('ingested and rendered, nothing is left to ingest', () => {
    const { state } = load(
      '# header\n\n# on a\na: 1 # inline\nb:\n  # deep\n  c: |\n    x\n    y\nl:\n  # item\n  - x\n# end\n',
      null,
    );
    const { plain, stamps } = renderDocument(state, PATH);
    expect(load(plain, stamps)).toEqual({ state, handEdits: 0, problems: { plain: null, stamps: null } });
    for (const comment of ['# header', '# on a', '1 # inline', '# deep', '# item', '# end'])
      expect(plain).toContain(comment);
  });

  it('a change, an addition and a deletion become writes; the rest keeps its stamps', () => {
    const base = build([focus, 'x'], [['keep'], 1], [['gone'], 2]);
    const { state, handEdits } = edit(
      base,
      (plain) => `${plain.replace('focus: x', 'focus: y').replace('gone: 2\n', '')}new: 3\n`,
    );
    expect(handEdits).toBe(3);
    expect(show(state)).toEqual({ critical_context: { current_focus: 'y' }, keep: 1, new: 3 });
    expect(state.registers.get('/keep')).toEqual(base.registers.get('/keep'));
  });

  it.each([
    ['insert at the top', ['n', 'a', 'b', 'c'], 1],
    ['insert in the middle', ['a', 'n', 'm', 'b', 'c'], 2],
    ['append', ['a', 'b', 'c', 'n'], 1],
    ['change in place', ['a', 'x', 'c'], 1],
    ['delete', ['a', 'c'], 1],
    ['move', ['c', 'a', 'b'], 2],
    ['replace all', ['x', 'y'], 3],
    ['empty', [], 3],
  ])('lists keep the order of the hand edit: %s', (_name, items, writes) => {
    const base = build([['l'], ['a', 'b', 'c']]);
    const { state, handEdits } = edit(base, (plain) =>
      plain.replace(/l:\n(?: {2}- .*\n)+/, `l: ${JSON.stringify(items)}\n`),
    );
    expect(show(state)).toEqual({ l: items });
    expect(handEdits).toBe(writes);
    const again = edit(state, (plain) =>
      plain.replace(
        /l:(?: .*\n|\n(?: {2}- .*\n)+)/,
        `l: ${JSON.stringify(['0', ...items.flatMap((i) => [i, `${i}+`])])}\n`,
      ),
    );
    expect(show(again.state)).toEqual({ l: ['0', ...items.flatMap((i) => [i, `${i}+`])] });
  });

  it('comments move with their key, and a changed comment is a hand edit', () => {
    const { state } = load('b: 1 # one\na: 2\n', null);
    const { plain } = renderDocument(state, PATH);
    expect(plain).toContain('a: 2\nb: 1 # one\n');
    const changed = edit(state, (text) => text.replace('# one', '# uno'));
    expect(changed.handEdits).toBe(1);
    expect(renderDocument(changed.state, PATH).plain).toContain('b: 1 # uno');
    expect(renderDocument(setAt(changed.state, ['b'], 5, author('a', 50)), PATH).plain).toContain(
      'b: 5 # uno',
    );
  });

  it('an unreadable plain file deletes nothing and is named', () => {
    const base = build([focus, 'x']);
    const { state, problems } = edit(base, (plain) => `${plain}<<<<<<< HEAD\n`);
    expect(state).toEqual(base);
    expect(problems.plain?.message).toContain(PATH);
    expect(load(null, renderDocument(base, PATH).stamps).state).toEqual(base);
  });

  it('unreadable stamps are named, and the plain file counts', () => {
    const { state, problems } = load(renderDocument(build([focus, 'x']), PATH).plain, 'nonsense');
    expect(getAt(state, focus)).toBe('x');
    expect(problems.stamps?.message).toContain('state/project.stamps.yaml');
  });

  it('stamps of a newer version are refused, fields of a newer client are kept', () => {
    const { plain, stamps } = renderDocument(build([focus, 'x']), PATH);
    expect(() => load(plain, stamps.replace('stamps/v1\n', 'stamps/v2\n'))).toThrow(
      expect.objectContaining({ code: 'SCHEMA_TOO_NEW' }),
    );
    const { state } = load(plain.replace('state/v1\n', 'state/v3\n'), `${stamps}x_new: {a: 1}\n`);
    const again = renderDocument(setAt(state, focus, 'y', author('b', 20)), PATH);
    expect(again.stamps).toContain('x_new:\n  a: 1\n');
    expect(again.plain).toContain('schema: agent-os/state/v3\n');
  });
});

describe('paths as typed', () => {
  it.each([
    ['', []],
    ['.critical_context.current_focus', ['critical_context', 'current_focus']],
    ['a[0].b', ['a', '0', 'b']],
    ['a.0.b', ['a', '0', 'b']],
    ['a."b.c".d', ['a', 'b.c', 'd']],
    ['a\\.b', ['a.b']],
    ['"say \\"hi\\""', ['say "hi"']],
    ['[1][2]', ['1', '2']],
    ['grüße 1', ['grüße 1']],
  ])('%s', (text, path) => {
    expect(parseDottedPath(text)).toEqual(path);
  });

  it.each(['a..b', 'a.', '"a', 'a[x]', 'a]', 'a"b"'])('%s is refused', (text) => {
    expect(() => parseDottedPath(text)).toThrow(expect.objectContaining({ code: 'BAD_VALUE' }));
  });
});
