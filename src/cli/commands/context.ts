import { type ContextReport, readContext } from '../../app/context.ts';
import { refresh } from '../../app/publishing.ts';
import type { CommandSpec } from '../command-spec.ts';
import { contextLines } from '../context-lines.ts';
import { contextMarkdown } from '../context-markdown.ts';
import { given } from '../given.ts';
import { homeLines, visitLines } from '../home-lines.ts';
import { problemNotes, staleNotes } from '../record-lines.ts';

export const command: CommandSpec = {
  name: 'context',
  summary: 'show what an agent reads before it begins',
  view: 'write',
  description:
    'Show what an agent reads before it begins: project state, who is active on what, locks, unread messages, recent ' +
    'recaps and changes by others, conflicts with what it owns.',
  arguments: [{ name: 'agent', description: 'whose context; otherwise yours', optional: true }],
  options: [
    { flags: '--format <format>', description: 'otherwise text', choices: ['text', 'markdown'] },
    { flags: '--offline', description: 'show what was last seen, without asking the remote' },
    { flags: '--sourced', description: 'bind the home folder, as load-context.sh wants it', hidden: true },
  ],
  examples: ['agent-os context', 'agent-os context go-backend --format markdown'],
  async run({ values, agent, env, workspace: open }) {
    const workspace = await open();
    const { openHome } = await import('../../compose.ts');
    const home = await openHome(env).catch(() => null); // without a home folder there is nothing to say of it
    const visit = values.flag('sourced') ? ((await home?.visit(workspace)) ?? null) : null;
    const delay = values.flag('offline') ? null : await refresh(workspace);
    const report: ContextReport = await readContext(
      workspace,
      given({ agent: values.optional('agent') ?? agent }),
    );
    const now = workspace.clock.now();
    const waiting = (await home?.describe(workspace)) ?? null;
    return {
      data: { ...report, home: waiting },
      text:
        values.optional('format') === 'markdown' ? contextMarkdown(report, now) : contextLines(report, now),
      notes: [
        ...visitLines(visit),
        ...staleNotes(delay),
        ...homeLines(waiting),
        ...problemNotes(report.problems),
      ],
    };
  },
};
