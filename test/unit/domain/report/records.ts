import type { AgentName, CloneId, Oid, RecordId } from '../../../../src/domain/names.ts';
import { type OperationId, operationId } from '../../../../src/domain/operation.ts';
import type { RangeCommit } from '../../../../src/domain/report/code-review.ts';
import { readTrailers } from '../../../../src/domain/report/commit-trailers.ts';
import type { Message } from '../../../../src/domain/schema/message.ts';
import type { Recap } from '../../../../src/domain/schema/recap.ts';
import type { Session } from '../../../../src/domain/schema/session.ts';

/** Now, one hour after the sessions below began. */
export const NOW = Date.parse('2026-11-23T12:00:00Z');
export const HOUR = 3_600_000;

export const id = (number: number): RecordId => `01M8${String(number).padStart(22, '0')}` as RecordId;
export const oid = (number: number): Oid => String(number).padStart(40, '0') as Oid;
export const ago = (milliseconds: number): string => new Date(NOW - milliseconds).toISOString();
const clone = 'clone0clone0clon' as CloneId;
const op: OperationId = operationId({ clock: 1, clone, unique: id(0) });

/** Active on `topic` for an hour. */
export function session(agent: string, number: number, more: Partial<Session> = {}): Session {
  return {
    ...{
      id: id(number),
      agent: agent as AgentName,
      status: 'active',
      task: `task ${number}`,
      branch: 'topic',
    },
    ...{ clone, started_at: ago(HOUR), heartbeat_at: ago(0), commits: [], hlc: op },
    ...more,
  };
}

export function recap(agent: string, number: number, more: Partial<Recap> = {}): Recap {
  return {
    ...{ id: id(number), agent: agent as AgentName, at: ago(HOUR / 2), title: 'title', body: 'body', op },
    ...{ sections: [], commits: [] },
    ...more,
  };
}

/** From ada to bob, half an hour ago. */
export function message(number: number, more: Partial<Message> = {}): Message {
  return {
    ...{
      id: id(number),
      thread: id(number),
      kind: 'message',
      from: 'ada' as AgentName,
      to: 'bob' as AgentName,
    },
    ...{ subject: 'subject', body: 'body', priority: 'normal', ack_required: false, attachments: [], op },
    sent_at: ago(HOUR / 2),
    ...more,
  };
}

export function commit(number: number, more: Partial<RangeCommit> = {}): RangeCommit {
  const at = (NOW - HOUR / 2) / 1000;
  const message = more.message ?? 'feat: x\n';
  return {
    ...{ oid: oid(number), parents: [oid(number + 1000)], author: 'Ada', authoredAt: at, committedAt: at },
    ...{ message, trailers: readTrailers(message), paths: ['src/a.ts'] },
    ...more,
  };
}
