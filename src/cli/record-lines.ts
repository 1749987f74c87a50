import type { ActiveSession } from '../app/active-sessions.ts';
import type { ConflictView } from '../app/documents.ts';
import type { LogEntryView } from '../app/log.ts';
import type { MessageView } from '../app/message-view.ts';
import type { RecapView } from '../app/recaps.ts';
import type { Problem } from '../app/records.ts';
import type { AgentOsError } from '../domain/errors.ts';
import { formatDistance, formatMoment } from '../domain/time.ts';
import { bad, dim, type Line, type Piece, paragraph, strong, table, warn } from './text.ts';

/** For standard error: the files that could not be read. */
export function problemNotes(problems: readonly Problem[]): Line[] {
  return problems.map(({ message, hint }) => [
    warn('broken: '),
    message,
    ...(hint === undefined ? [] : [dim(`. ${hint}`)]),
  ]);
}

/** For standard error: why what is shown is only what was last seen. */
export function staleNotes(problem: AgentOsError | null): Line[] {
  return problem === null ? [] : [[warn('offline: '), `this is what was last seen; ${problem.message}`]];
}

export function sessionLines(sessions: readonly ActiveSession[], now: number): Line[] {
  return table(
    sessions.map((session) => [
      strong(session.agent),
      session.stale ? warn('stale') : session.status,
      session.branch ?? '-',
      dim(formatDistance(session.heartbeatAt, now)),
      session.stale && session.holds.length > 0
        ? warn(`still holds ${session.holds.join(', ')}: ${firstWords(session.task)}`)
        : firstWords(session.task),
    ]),
  );
}

/** A mailbox as a table, one message a line. */
export function messageLines(messages: readonly MessageView[], now: number): Line[] {
  return table(
    messages.map((message) => [
      message.readAt === null ? strong(message.id) : dim(message.id),
      message.from,
      dim(formatDistance(message.sentAt, now)),
      marks(message),
      firstWords(message.subject),
    ]),
  );
}

/** One message in full. */
export function messageDetail(message: MessageView): Line[] {
  const facts: [string, string][] = [
    ['from', message.from],
    ['to', message.to],
    ['sent', formatMoment(message.sentAt)],
    ...(message.priority === 'normal' ? [] : [['priority', message.priority] satisfies [string, string]]),
    ...(message.thread === message.id ? [] : [['thread', message.thread] satisfies [string, string]]),
    ...(message.task === null ? [] : [['task', message.task.state] satisfies [string, string]]),
    ...(message.commit === null ? [] : [['commit', message.commit] satisfies [string, string]]),
    ...message.attachments.map(({ name, size, role, file }): [string, string] => [
      role ?? 'file',
      `${name} (${size} bytes)${file === null ? '' : `  ${file}`}`,
    ]),
    ...(message.ackedAt === null
      ? []
      : [['acknowledged', formatMoment(message.ackedAt)] satisfies [string, string]]),
  ];
  return [
    [strong(message.id), ' ', strong(message.subject)],
    ...table(facts.map(([name, value]) => [dim(`  ${name}`), value])),
    '',
    ...paragraph(message.body),
  ];
}

export function logLines(entries: readonly LogEntryView[]): Line[] {
  return entries.flatMap(({ agent, at, text }) => {
    const [first = '', ...rest] = text.replace(/\s+$/, '').split(/\r?\n/);
    return [
      [dim(formatMoment(at)), ' ', strong(agent), ' ', first],
      ...rest.map((line): Line => ['    ', line]),
    ];
  });
}

export function recapLines(recaps: readonly RecapView[], now: number): Line[] {
  return table(
    recaps.map(({ id, agent, at, title }) => [
      strong(id),
      agent,
      dim(formatDistance(at, now)),
      firstWords(title),
    ]),
  );
}

export function conflictLines(conflicts: readonly ConflictView[]): Line[] {
  return conflicts.map(({ file, pointer, agent, value, reason }) =>
    pointer === null
      ? [bad('conflict '), file, ': ', reason ?? 'could not be read in a merge']
      : [
          bad('conflict '),
          `${file}${pointer}: `,
          `${agent ?? 'somebody'} had set ${firstWords(JSON.stringify(value))}`,
        ],
  );
}

/** One line of a text, cut so that a table stays readable. */
export function firstWords(text: string): string {
  const characters = [...(text.split(/[\r\n]/, 1)[0] ?? '')];
  return characters.length > 80 ? `${characters.slice(0, 79).join('')}…` : characters.join('');
}

function marks({ kind, task, trigger, priority, ackRequired, ackedAt, attachments }: MessageView): Piece {
  const words = [
    ...(kind === 'message' ? [] : [kind]),
    ...(task === null || task.state === 'open' ? [] : [task.state]),
    ...(trigger === null ? [] : ['trigger']),
    ...(priority === 'normal' ? [] : [priority]),
    ...(ackRequired && ackedAt === null ? ['ack?'] : []),
    ...(attachments.length === 0
      ? []
      : [`${attachments.length} ${attachments.length === 1 ? 'file' : 'files'}`]),
  ];
  return priority === 'urgent' ? warn(words.join(' ')) : words.join(' ');
}

/** Of receivers that nobody knows yet: their names may be misspelt. */
export function unknownNotes(names: readonly string[]): Line[] {
  return names.map((name) => `${name} has neither card nor session yet; the message waits for it`);
}
