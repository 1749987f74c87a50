import type { ReportMessage } from '../domain/report/conversation.ts';
import type { Report, ReportRecap } from '../domain/report/report.ts';
import { formatMoment } from '../domain/time.ts';
import { fenced, forMarkdown } from './escape.ts';
import { type Detail, details, listed, section, table } from './markdown-parts.ts';
import { count, describeEvidence, describeOpen, describeStatus, describeTime } from './words.ts';

export function openSection({ open }: Report, detail: Detail): readonly string[] {
  return section(
    `Open (${open.length})`,
    listed(open, detail, (item) => [`- ${forMarkdown(describeOpen(item), detail.line)}`]),
  );
}

export function sessionSection({ sessions }: Report, detail: Detail): readonly string[] {
  const rows = sessions.map((session) => [
    forMarkdown(session.agent ?? 'unknown', 64),
    forMarkdown(session.task ?? session.id, detail.line),
    [describeStatus(session), forMarkdown(session.summary ?? '', detail.line)].filter(Boolean).join(': '),
    [String(session.commits.length), describeEvidence(session.evidence)].filter(Boolean).join(', '),
    describeTime(session),
  ]);
  return section('Sessions', table(['Agent', 'Task', 'Outcome', 'Commits', 'When'], rows, detail));
}

export function decisionSection({ recaps }: Report, detail: Detail): readonly string[] {
  const decided = recaps.filter(({ decisions }) => decisions.length > 0);
  if (detail.body === 0) return [];
  return section(
    'Decisions',
    listed(decided, detail, ({ agent, title, decisions }) => [
      `**${forMarkdown(agent, 64)}**, ${forMarkdown(title, detail.line)}:`,
      '',
      ...decisions.flatMap((text) => [...fenced(text, detail.body), '']),
    ]),
  );
}

export function recapSection({ recaps }: Report, detail: Detail): readonly string[] {
  return details(
    `Recaps (${recaps.length})`,
    listed(recaps, detail, (recap) => describeRecap(recap, detail)),
  );
}

function describeRecap({ agent, title, at, body, commits }: ReportRecap, detail: Detail): readonly string[] {
  const about = commits.length === 0 ? '' : `, on ${count(commits.length, 'commit')} of these`;
  const head = `- **${forMarkdown(agent, 64)}** ${forMarkdown(title, detail.line)}, ${formatMoment(at)}${about}`;
  return detail.body === 0 ? [head] : [head, '', ...fenced(body, detail.body), ''];
}

export function messageSection({ messages }: Report, detail: Detail): readonly string[] {
  const handoffs = messages.filter(({ kind }) => kind === 'handoff').length;
  const title = `Messages (${messages.length}${handoffs === 0 ? '' : `, of which ${count(handoffs, 'handoff')}`})`;
  return details(
    title,
    listed(messages, detail, (message) => describeMessage(message, detail)),
  );
}

function describeMessage(message: ReportMessage, detail: Detail): readonly string[] {
  const { kind, from, to, subject, body, sentAt, replyTo, attachments, ackRequired, waitingFor } = message;
  const marks = [
    ...(kind === 'message' ? [] : [kind]),
    ...(replyTo === null ? [] : ['reply']),
    ...(attachments.length === 0 ? [] : [count(attachments.length, 'file')]),
    ...(waitingFor.length > 0 ? ['not acknowledged'] : ackRequired ? ['acknowledged'] : []),
  ];
  const who = `**${forMarkdown(from, 64)}** → ${forMarkdown(to.join(', '), detail.line)}`;
  const facts = [formatMoment(sentAt), ...marks].join(', ');
  const head = `- ${who}: ${forMarkdown(subject, detail.line)} (${facts})`;
  const isSaid = detail.body === 0 || body.trim() === subject.trim();
  return isSaid ? [head] : [head, '', ...fenced(body, detail.body), ''];
}
