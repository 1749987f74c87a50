import { describe, expect, it } from 'vitest';
import * as layout from '../../../src/domain/layout.ts';
import { type AgentName, parseAgentName, type RecordId } from '../../../src/domain/names.ts';

const id = '01KARX0000ABCDEFGHJKMNPQRS' as RecordId;
const agent: AgentName = parseAgentName('go-backend');

describe('a path that is built is classified as what it was built for', () => {
  it.each([
    [layout.cardPath(agent), { kind: 'card', agent }],
    [layout.sessionPath(agent, id), { kind: 'session', agent, id }],
    [layout.newMessagePath(agent, id), { kind: 'message', agent, id, folder: 'new' }],
    [layout.readMessagePath(agent, id), { kind: 'message', agent, id, folder: 'read' }],
    [layout.attachmentPath(id, 'API notes.md'), { kind: 'attachment', id, name: 'API notes.md' }],
    [layout.PROJECT_STATE_PATH, { kind: 'state', name: 'project' }],
    [layout.ROADMAP_PATH, { kind: 'roadmap', name: 'roadmap' }],
    [layout.stampsPath(layout.CONFIG_PATH), { kind: 'stamps', of: 'config.yaml' }],
    [layout.stampsPath(layout.cardPath(agent)), { kind: 'stamps', of: 'agents/go-backend.yaml' }],
    [layout.recapPath(agent, id), { kind: 'recap', agent, id, day: layout.dayOf(layout.recordTime(id)) }],
    [layout.logPath(agent, '2026-11-23'), { kind: 'log', agent, day: '2026-11-23' }],
    [layout.conflictPath('0123456789abcdef'), { kind: 'conflict', id: '0123456789abcdef' }],
    [layout.RETENTION_PATH, { kind: 'retention' }],
    [layout.README_PATH, { kind: 'readme' }],
    [layout.WORKFLOW_PATH, { kind: 'workflow' }],
  ])('%s', (path, place) => {
    expect(layout.classify(path)).toEqual(place);
  });
});

it.each([
  '',
  'x',
  'messages/go-backend/new/latest.yaml',
  `messages/Go Backend/new/${id}.yaml`,
  `messages/go-backend/read/1999/01/${id}.yaml`,
  `messages/go-backend/new/x/${id}.yaml`,
  `sessions/${id}.yaml`,
  'logs/go-backend/today.yaml',
  'state/../config.yaml',
  'agents/GO.yaml',
  'other.stamps.yaml',
  'attachments/x/y',
  `recaps/2026/11/23-go-backend-${id}.md`,
])('%j is left alone', (path) => {
  expect(layout.classify(path)).toEqual({ kind: 'other' });
});

it('a record carries its time in its id', () => {
  expect(layout.recordTime('01ARYZ6S41TSV4RRFFQ69G5FAV' as RecordId)).toBe(1469918176385);
  expect(layout.recordTime('7ZZZZZZZZZZZZZZZZZZZZZZZZZ' as RecordId)).toBe(2 ** 48 - 1);
});
