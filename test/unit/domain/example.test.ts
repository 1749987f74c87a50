import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { decode } from '../../../src/domain/codec.ts';
import { judgeGates } from '../../../src/domain/definition/gate-report.ts';
import { readReportedGates } from '../../../src/domain/definition/reported-gates.ts';
import { findConflicts } from '../../../src/domain/document/conflicts.ts';
import { loadDocument } from '../../../src/domain/document/load.ts';
import {
  classify,
  isDocument,
  PROJECT_STATE_PATH,
  ROADMAP_PATH,
  stampsPath,
} from '../../../src/domain/layout.ts';
import { listItems } from '../../../src/domain/roadmap.ts';
import { KINDS, type Kind } from '../../../src/domain/schema/kinds.ts';
import { isOpenTask, taskState } from '../../../src/domain/tasks.ts';
import { parseYaml } from '../../../src/domain/yaml.ts';

const root = new URL('../../../.agent-os.example/', import.meta.url);
const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const read = (path: string) => readFileSync(new URL(path, root));
const paths = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => `${entry.parentPath}/${entry.name}`.slice(root.pathname.length).replace(/^\//, ''))
  .sort();
const records = paths.filter((path) => classify(path).kind in KINDS);

describe('.agent-os.example', () => {
  it('has every kind of file', () => {
    expect(new Set(paths.map((path) => classify(path).kind))).toEqual(
      new Set([...Object.keys(KINDS), 'attachment', 'readme']),
    );
  });

  it.each(records)('%s is valid by its published schema and by the codec', (path) => {
    const kind = classify(path).kind as Kind;
    const schema: unknown = JSON.parse(
      readFileSync(new URL(`../../../schemas/${kind}.v${KINDS[kind].version}.json`, import.meta.url), 'utf8'),
    );
    const value = JSON.parse(JSON.stringify(parseYaml(read(path).toString(), path)));
    expect(z.fromJSONSchema(schema as z.core.JSONSchema.JSONSchema).safeParse(value).error).toBeUndefined();
    decode(kind, read(path), path);
    expect(read(path).toString()).toMatch(/^# yaml-language-server: \$schema=\S+\n/);
  });

  it.each(records.filter(isDocument))('%s is what its stamps render', (path) => {
    const loaded = loadDocument({ plain: read(path), stamps: read(stampsPath(path)) }, path, hash);
    expect(loaded).toMatchObject({ handEdits: 0, problems: { plain: null, stamps: null } });
  });

  it('shows a value that lost', () => {
    const files = { plain: read(PROJECT_STATE_PATH), stamps: read(stampsPath(PROJECT_STATE_PATH)) };
    const { state } = loadDocument(files, PROJECT_STATE_PATH, hash);
    expect(findConflicts(state, PROJECT_STATE_PATH, hash)).toMatchObject([
      { by: 'go-backend', value: 'Rate limits on the auth endpoints' },
    ]);
  });

  it('has a day of the protocol: tasks, a trigger, a handoff with contract and types, a roadmap, gates', () => {
    const messages = records
      .filter((path) => classify(path).kind === 'message')
      .map((path) => ({ path, message: decode('message', read(path), path) }));
    const states = messages.map(({ message }) => taskState(message)).filter((state) => state !== null);
    expect(states.sort()).toEqual(['accepted', 'done']);
    for (const { path, message } of messages)
      expect(path.includes('/new/')).toBe(isOpenTask(message) || message.read_at === undefined);
    expect(messages.filter(({ message }) => message.trigger !== undefined)).toHaveLength(1);
    const handoff = messages.find(({ message }) => message.kind === 'handoff')?.message;
    expect(handoff?.attachments.map(({ role }) => role)).toEqual(['contract', 'types']);
    for (const { path, size } of handoff?.attachments ?? []) expect(read(path)).toHaveLength(size);
    const files = { plain: read(ROADMAP_PATH), stamps: read(stampsPath(ROADMAP_PATH)) };
    expect(listItems(loadDocument(files, ROADMAP_PATH, hash).state).map(({ status }) => status)).toEqual([
      'done',
      'doing',
      'next',
    ]);
    const [recapPath = ''] = records.filter((path) => classify(path).kind === 'recap');
    const recap = decode('recap', read(recapPath), recapPath);
    expect(readReportedGates(recap.body)).toEqual(recap.gates);
    const card = decode('card', read('agents/go-backend.yaml'), '');
    expect(judgeGates(card.gates ?? [], [recap.gates ?? []]).map(({ status }) => status)).toEqual([
      'passed',
      'passed',
      'passed',
    ]);
  });
});
