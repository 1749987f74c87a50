import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  appendState,
  beginStateEdit,
  finishStateEdit,
  getState,
  setState,
  type ValueForm,
} from '../../app/state.ts';
import { decodeInput } from '../../app/text-input.ts';
import { AgentOsError } from '../../domain/errors.ts';
import { formatYaml, type YamlValue } from '../../domain/yaml.ts';
import type { CommandGroup, CommandSpec, Invocation, OptionSpec } from '../command-spec.ts';
import { given } from '../given.ts';
import { readWords } from '../input.ts';
import { published } from '../publish.ts';
import { problemNotes } from '../record-lines.ts';
import { type Line, paragraph } from '../text.ts';

const DOCUMENT: OptionSpec = {
  flags: '--document <name>',
  description: 'another file of state/, such as roadmap; otherwise project',
};

const PATH = { name: 'path', description: 'dotted, for example critical_context.current_focus' };
const FORMS = ['yaml', 'text', 'json-or-text'] as const satisfies readonly ValueForm[];
const AS: OptionSpec = { flags: '--as <form>', description: 'what VALUE is; otherwise yaml', choices: FORMS };

const VALUE = { name: 'value', description: 'YAML; - reads it from stdin', variadic: true };

const get: CommandSpec = {
  name: 'get',
  summary: 'show the project state, or the value at a path of it',
  view: 'read',
  arguments: [{ ...PATH, optional: true }],
  options: [DOCUMENT],
  examples: ['agent-os state get', 'agent-os state get critical_context.current_focus'],
  async run({ values, workspace: open }) {
    const wanted = given({ path: values.optional('path'), document: values.optional('document') });
    const { value, problems } = await getState(await open(), wanted);
    return { data: { value, problems }, text: valueLines(value), notes: problemNotes(problems) };
  },
};

const set: CommandSpec = {
  name: 'set',
  summary: 'set the value at a path of the project state',
  view: 'write',
  arguments: [PATH, VALUE],
  options: [AS, DOCUMENT],
  examples: [
    "agent-os state set critical_context.current_focus 'User authentication'",
    "agent-os state set limits '{requests: 100, burst: 20}'",
  ],
  run: (invocation) => change(invocation, setState),
};

const append: CommandSpec = {
  name: 'append',
  summary: 'add one item to a list of the project state',
  view: 'write',
  arguments: [PATH, VALUE],
  options: [AS, DOCUMENT],
  examples: ["agent-os state append critical_context.recent_changes 'Added the users table'"],
  run: (invocation) => change(invocation, appendState),
};

const edit: CommandSpec = {
  name: 'edit',
  summary: 'edit the project state in your editor',
  view: 'write',
  description:
    'Edit the project state, comments included, in $VISUAL or $EDITOR. What differs is what gets written.',
  options: [DOCUMENT],
  examples: ['agent-os state edit', 'EDITOR=nano agent-os state edit --document roadmap'],
  async run(invocation) {
    const { values, agent, env } = invocation;
    const editor = env['VISUAL'] || env['EDITOR'];
    if (editor === undefined || editor === '' || !invocation.input) {
      throw new AgentOsError('USAGE', 'there is no editor to use', {
        hint: 'Set EDITOR, or use `agent-os state set PATH VALUE`.',
      });
    }
    const workspace = await invocation.workspace();
    const begun = await beginStateEdit(workspace, given({ document: values.optional('document') }));
    const draft = await writeDraft(begun.text);
    const { value, changed } = await draft.keepOnFailure(async () => {
      const text = await editDraft(invocation, editor, draft.file);
      return finishStateEdit(workspace, { edit: begun, text, ...given({ agent }) });
    });
    const output = {
      data: { value, changed },
      text: [changed ? `Changed ${begun.file}` : 'Nothing was changed.'],
    };
    return changed ? published(invocation, workspace, output) : output;
  },
};

export const command: CommandGroup = {
  name: 'state',
  summary: 'show and change the project state',
  subcommands: [get, set, append, edit],
  fallback: 'get',
};

async function change(invocation: Invocation, apply: typeof setState) {
  const { values, agent } = invocation;
  const value = await readWords(invocation, values.list('value'));
  const workspace = await invocation.workspace();
  const result = await apply(workspace, {
    path: values.text('path'),
    value,
    ...given({
      agent,
      document: values.optional('document'),
      as: FORMS.find((form) => form === values.optional('as')),
    }),
  });
  return published(invocation, workspace, { data: { value: result.value }, text: valueLines(result.value) });
}

function valueLines(value: YamlValue): Line[] {
  return paragraph(typeof value === 'string' ? value : formatYaml(value), '');
}

/** A file for the editor, which outlives a failure: what was typed into it is not lost. */
async function writeDraft(text: string) {
  const folder = await mkdtemp(join(tmpdir(), 'agent-os-'));
  const file = join(folder, 'state.yaml');
  await writeFile(file, text);
  return {
    file,
    async keepOnFailure<T>(use: () => Promise<T>): Promise<T> {
      try {
        const result = await use();
        await rm(folder, { recursive: true });
        return result;
      } catch (error) {
        if (!(error instanceof AgentOsError)) throw error;
        const { code, message, hint = '', data, cause } = error;
        throw new AgentOsError(code, message, {
          hint: `${hint} Your text is in ${file}.`.trim(),
          data,
          cause,
        });
      }
    },
  };
}

/** The text as the editor leaves it. As with git, the editor is a command line, and the file its last argument. */
async function editDraft({ cwd, env }: Invocation, editor: string, file: string): Promise<string> {
  const { runInTerminal } = await import('../../compose.ts');
  const code = await runInTerminal({ command: 'sh', args: ['-c', `${editor} "$@"`, editor, file], cwd, env });
  if (code === 0) return decodeInput(await readFile(file), 'the edited text');
  throw new AgentOsError('BAD_VALUE', `the editor ended with ${code ?? 'a signal'}; nothing was changed`);
}
