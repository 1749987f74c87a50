import type { ReportGate } from '../domain/report/gates.ts';
import type { Report } from '../domain/report/report.ts';
import { formatDistance, formatMoment } from '../domain/time.ts';
import { line, section, table, words } from './html-parts.ts';
import { type Html, html } from './html-template.ts';
import { count, describeExamined, describeHolding } from './words.ts';

const PATHS = 12;

export function gateSection({ gates }: Report): Html {
  const rows = gates.map((gate) => [
    words(gate.name),
    words(gate.agent),
    gate.required ? line(gate.requires ?? 'required') : 'not required',
    outcomeOf(gate),
    line(gate.detail ?? ''),
  ]);
  const head = ['Gate', 'Agent', 'Required', 'Reported', 'Detail'];
  return section('gates', 'Quality gates', rows.length === 0 ? [] : [table(head, rows)], rows.length);
}

function outcomeOf({ outcome, required }: ReportGate): Html {
  const look = outcome === 'passed' ? 'good' : outcome === 'failed' ? 'bad' : required ? 'warn' : '';
  return html`<span class="word ${look}">${outcome}</span>`;
}

export function elsewhereSection(report: Report): Html {
  const { branches, locks } = report.others;
  const now = Date.parse(report.generatedAt);
  const branchRows = branches.map(({ name, agents, tasks, commits, lastCommitAt, paths }) => [
    words(name),
    words(agents.join(', ')),
    `${count(commits, 'commit')}, last ${formatDistance(lastCommitAt, now)}`,
    pathList(paths),
    line(tasks.join('; ')),
  ]);
  const lockRows = locks.map(({ resource, agents, token, expiresAt, paths }) => [
    words(`lock ${resource} #${token}`),
    words(agents.join(', ')),
    `ends ${formatDistance(expiresAt, now)}`,
    pathList(paths),
    '',
  ]);
  const rows = [...branchRows, ...lockRows];
  if (rows.length === 0) return section('others', '', []);
  return section(
    'others',
    'Others on the same paths',
    [
      table(['Where', 'Who', 'What', 'Paths', 'Task'], rows),
      html`<p class="note">${describeExamined(report)}.</p>`,
    ],
    rows.length,
  );
}

export function lockSection({ locks }: Report): Html {
  const rows = locks.map((lock) => [
    words(lock.resource),
    html`<code class="word">#${lock.token}</code>`,
    words(lock.agent ?? ''),
    words(describeHolding(lock)),
    lock.acquiredAt === null ? '' : words(formatMoment(lock.acquiredAt)),
    pathList(lock.paths),
    line(lock.reason ?? ''),
  ]);
  const head = ['Resource', 'Token', 'Holder', 'Held for', 'Since', 'Covers', 'Reason'];
  return section('locks', 'Locks', rows.length === 0 ? [] : [table(head, rows)], rows.length);
}

function pathList(paths: readonly string[]): Html {
  const shown = paths
    .slice(0, PATHS)
    .map((path, index) => html`${index === 0 ? '' : ', '}<code>${line(path)}</code>`);
  return html`${shown}${paths.length > PATHS ? ` and ${paths.length - PATHS} more` : ''}`;
}
