import type { ContextReport } from '../app/context.ts';
import type { Specialist } from '../app/coordination.ts';
import { formatDistance } from '../domain/time.ts';
import { formatYaml } from '../domain/yaml.ts';

/** An agent's context as Markdown, one line each. What others wrote is quoted so that it cannot pass for headings or markup. */
export function contextMarkdown(report: ContextReport, now: number): string[] {
  const { agent, state, sessions, locks, unread, tasks, recaps, specialists, changes, conflicts } = report;
  return [
    `# Context of ${agent}`,
    ...section('Project state', fenced(formatYaml(state))),
    ...section(
      'Active sessions',
      sessions.map(
        ({ agent, stale, task, branch, heartbeatAt, holds }) =>
          `- **${agent}**${stale ? staleMark(holds) : ''} on ${inline(branch ?? 'no branch')}, ${formatDistance(heartbeatAt, now)}: ${inline(task)}`,
      ),
    ),
    ...section(
      'Locks',
      locks.map(
        ({ resource, holders, mode, expiresAt, paths }) =>
          `- **${inline(resource)}** (${mode}) by ${holders.map(({ agent }) => agent).join(', ')}, ends ${formatDistance(expiresAt, now)}${paths.length === 0 ? '' : `: ${inline(paths.join(' '))}`}`,
      ),
    ),
    ...section(
      `Unread messages (${unread.length})`,
      unread.map(
        ({ id, from, priority, subject }) =>
          `- ${id} from **${from}**${priority === 'normal' ? '' : ` (${priority})`}: ${inline(subject)}`,
      ),
    ),
    ...(tasks.length === 0
      ? []
      : section(
          'Tasks for you',
          tasks.map(
            ({ id, from, state: step, subject }) => `- ${id} from **${from}** (${step}): ${inline(subject)}`,
          ),
        )),
    ...(specialists.length === 0
      ? []
      : section(
          'Check before you change anything',
          specialists.flatMap((specialist) => specialistItems(specialist, now)),
        )),
    ...section(
      'Recent recaps',
      recaps.map(
        ({ id, agent, at, title }) => `- ${id} by **${agent}**, ${formatDistance(at, now)}: ${inline(title)}`,
      ),
    ),
    ...section(
      'Recent changes by others',
      changes.map(({ agent, at, text }) => `- **${agent}**, ${formatDistance(at, now)}: ${inline(text)}`),
    ),
    ...section(
      'Conflicts with what you own',
      conflicts.map((conflict) =>
        conflict.kind === 'lock'
          ? `- ${conflict.agents.join(', ')} has locked ${inline(conflict.paths.join(' '))} (${inline(conflict.resource)})`
          : `- ${inline(conflict.file)}${inline(conflict.pointer ?? '')}: ${inline(conflict.reason ?? `${conflict.agent ?? 'somebody'} had set ${JSON.stringify(conflict.value)}`)}`,
      ),
    ),
  ];
}

/** `agent-os reap` ends such a session. */
function staleMark(holds: readonly string[]): string {
  return holds.length === 0 ? ' (stale)' : ` (stale, still holds ${inline(holds.join(', '))})`;
}

function specialistItems({ agent, sessions, locks, changes }: Specialist, now: number): string[] {
  const work = sessions.map(
    ({ task, branch, heartbeatAt }) =>
      `on ${inline(branch ?? 'no branch')}, ${formatDistance(heartbeatAt, now)}: ${inline(task)}`,
  );
  return [
    `- **${agent}** ${work.length === 0 ? 'is not active' : `is active ${work.join('; ')}`}`,
    ...locks.map(({ resource, paths }) =>
      `  - has locked **${inline(resource)}** ${inline(paths.join(' '))}`.trimEnd(),
    ),
    ...changes.map(
      ({ kind, at, text, paths }) =>
        `  - ${kind === 'commit' ? 'changed' : 'logged'}, ${formatDistance(at, now)}: ${inline(text)} (${inline(paths.join(' '))})`,
    ),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return ['', `## ${title}`, '', ...(lines.length === 0 ? ['None.'] : lines)];
}

/** One line of at most 500 characters, with everything escaped that Markdown or HTML would act on. */
function inline(text: string): string {
  const line = [...text.replace(/\s+/g, ' ').trim()];
  const cut = line.length > 500 ? `${line.slice(0, 499).join('')}…` : line.join('');
  return cut.replace(/[\\`*_{}[\]<>#|~&!]/g, '\\$&');
}

/** A code block whose fence is longer than any in it. */
function fenced(text: string): string[] {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}yaml`, ...text.trimEnd().split('\n'), fence];
}
