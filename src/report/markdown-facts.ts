import type { Report } from '../domain/report/report.ts';
import { formatDistance, formatMoment } from '../domain/time.ts';
import { forMarkdown } from './escape.ts';
import { type Detail, details, listed, section, some, table } from './markdown-parts.ts';
import { count, describeExamined, describeHolding } from './words.ts';

const PATHS = 5;

export function gateSection({ gates }: Report, detail: Detail): readonly string[] {
  const rows = gates.map(({ agent, name, requires, required, outcome, detail: words }) => [
    forMarkdown(agent, 64),
    forMarkdown(name, detail.line),
    required ? forMarkdown(requires ?? 'required', detail.line) : 'not required',
    outcome === 'passed' ? outcome : `**${outcome}**`,
    forMarkdown(words ?? '', detail.line),
  ]);
  return section('Quality gates', table(['Agent', 'Gate', 'Required', 'Reported', 'Detail'], rows, detail));
}

export function elsewhereSection(report: Report, detail: Detail): readonly string[] {
  const { branches, locks } = report.others;
  const now = Date.parse(report.generatedAt);
  const lines = [
    ...listed(branches, detail, ({ name, agents, tasks, commits, lastCommitAt, paths }) => [
      `- **${forMarkdown(name, detail.line)}**${agents.length === 0 ? '' : ` (${forMarkdown(agents.join(', '), detail.line)})`}: ` +
        `${count(commits, 'commit')} on ${some(paths, PATHS, detail.line)}, last ${formatDistance(lastCommitAt, now)}` +
        `${tasks.length === 0 ? '' : `; at work on ${some(tasks, 2, detail.line)}`}`,
    ]),
    ...listed(locks, detail, ({ resource, agents, token, expiresAt, paths }) => [
      `- **${forMarkdown(agents.join(', '), detail.line)}** holds the lock ${forMarkdown(resource, detail.line)} ${forMarkdown(`#${token}`, 20)}, ` +
        `which covers ${some(paths, PATHS, detail.line)} and ends ${formatDistance(expiresAt, now)}`,
    ]),
  ];
  return lines.length === 0
    ? []
    : section('Others on the same paths', [...lines, '', `_${describeExamined(report)}._`]);
}

export function lockSection({ locks }: Report, detail: Detail): readonly string[] {
  const rows = locks.map((lock) => [
    forMarkdown(lock.resource, detail.line),
    String(lock.token),
    forMarkdown(lock.agent ?? '', 64),
    describeHolding(lock),
    lock.acquiredAt === null ? '' : formatMoment(lock.acquiredAt),
    some(lock.paths, PATHS, detail.line),
    forMarkdown(lock.reason ?? '', detail.line),
  ]);
  const head = ['Resource', 'Token', 'Holder', 'Held for', 'Since', 'Covers', 'Reason'];
  return details(`Locks (${locks.length})`, table(head, rows, detail));
}

export function commitSection({ commits }: Report, detail: Detail): readonly string[] {
  const rows = commits.map(({ oid, subject, author, makers, locks }) => [
    `\`${oid.slice(0, 10)}\``,
    forMarkdown(subject, detail.line),
    some([...new Set(makers.flatMap(({ agent }) => agent ?? []))], 3, 64) ||
      `${forMarkdown(author, 64)} (no agent)`,
    some(
      locks.map(({ resource, token }) => `${resource}@${token}`),
      3,
      80,
    ),
  ]);
  return details(
    `Commits (${commits.length})`,
    table(['Commit', 'Subject', 'Made by', 'Under'], rows, detail),
  );
}

export function problemSection({ problems }: Report, detail: Detail): readonly string[] {
  return details(
    `Records that could not be read (${problems.length})`,
    listed(problems, detail, ({ path, message }) => [
      `- ${forMarkdown(path, detail.line)}: ${forMarkdown(message, detail.line)}`,
    ]),
  );
}
