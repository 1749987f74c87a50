import { addLogEntry, listLogEntries } from '../../app/log.ts';
import type { CommandGroup, CommandSpec } from '../command-spec.ts';
import { given } from '../given.ts';
import { readWords } from '../input.ts';
import { published } from '../publish.ts';
import { logLines, problemNotes } from '../record-lines.ts';

const add: CommandSpec = {
  name: 'add',
  summary: 'add an entry to your log',
  view: 'write',
  arguments: [{ name: 'text', description: 'what happened; - reads it from stdin', variadic: true }],
  examples: [
    "agent-os log add 'Chose argon2id for passwords'",
    'make test 2>&1 | tail -5 | agent-os log add -',
  ],
  async run(invocation) {
    const text = await readWords(invocation, invocation.values.list('text'));
    const workspace = await invocation.workspace();
    const input = { text, ...given({ agent: invocation.agent }) };
    const { entries, problems } = await addLogEntry(workspace, input);
    return published(invocation, workspace, {
      data: { entries, ...(problems.length > 0 && { problems }) },
      text: logLines(entries),
      notes: problemNotes(problems),
    });
  },
};

const show: CommandSpec = {
  name: 'show',
  summary: 'show what agents have logged',
  view: 'read',
  arguments: [{ name: 'agent', description: 'only this agent', optional: true }],
  options: [{ flags: '--since <when>', description: '2h, 7d, a day or a time; otherwise 7d' }],
  examples: [
    'agent-os log show',
    'agent-os log show go-backend --since 2h',
    'agent-os log show --since 2026-11-23',
  ],
  async run({ values, workspace: open }) {
    const wanted = given({ agent: values.optional('agent'), since: values.optional('since') });
    const { entries, problems } = await listLogEntries(await open(), wanted);
    return {
      data: { entries, problems },
      text: entries.length === 0 ? ['Nothing was logged.'] : logLines(entries),
      notes: problemNotes(problems),
    };
  },
};

export const command: CommandGroup = {
  name: 'log',
  summary: 'add to your log, or show what agents have logged',
  subcommands: [add, show],
  fallback: 'show',
};
