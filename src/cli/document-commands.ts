import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  beginStateEdit,
  finishStateEdit,
  getState,
  type setState,
  type ValueForm,
  type Which,
} from '../app/state.ts';
import { decodeInput } from '../app/text-input.ts';
import { AgentOsError } from '../domain/errors.ts';
import { formatYaml, type YamlValue } from '../domain/yaml.ts';
import type { CommandOutput, Invocation, OptionSpec } from './command-spec.ts';
import { given } from './given.ts';
import { readWords } from './input.ts';
import { published } from './publish.ts';
import { problemNotes } from './record-lines.ts';
import { type Line, paragraph } from './text.ts';

const FORMS = ['yaml', 'text', 'json-or-text'] as const satisfies readonly ValueForm[];
export const AS: OptionSpec = {
  flags: '--as <form>',
  description: 'what VALUE is; otherwise yaml',
  choices: FORMS,
};
export const VALUE = { name: 'value', description: 'YAML; - reads it from stdin', variadic: true };

/** `get`: the value at the path that was typed, or all of the document. */
export async function showValue(invocation: Invocation, which: Which): Promise<CommandOutput> {
  const path = invocation.values.optional('path');
  const { value, problems } = await getState(await invocation.workspace(), { ...which, ...given({ path }) });
  return { data: { value, problems }, text: valueLines(value), notes: problemNotes(problems) };
}

/**
 * `set` and `append`.
 * @param advise - what there is to say of all of the document, afterwards
 */
export async function changeValue(
  invocation: Invocation,
  which: Which,
  { apply, advise }: { readonly apply: typeof setState; readonly advise?: Advise },
): Promise<CommandOutput> {
  const { values, agent } = invocation;
  const value = await readWords(invocation, values.list('value'));
  const workspace = await invocation.workspace();
  const result = await apply(workspace, {
    ...which,
    path: values.text('path'),
    value,
    ...given({ agent, as: FORMS.find((form) => form === values.optional('as')) }),
  });
  const notes = advise === undefined ? [] : advise((await getState(workspace, which)).value);
  const output = { data: { value: result.value }, text: valueLines(result.value), notes };
  return published(invocation, workspace, output);
}

/** `edit`: all of the document, comments included, in the editor of whoever types it. */
export async function editDocument(
  invocation: Invocation,
  which: Which,
  { command, advise }: { readonly command: string; readonly advise?: Advise },
): Promise<CommandOutput> {
  const { agent, env } = invocation;
  const editor = env['VISUAL'] || env['EDITOR'];
  if (editor === undefined || editor === '' || !invocation.input) {
    throw new AgentOsError('USAGE', 'there is no editor to use', {
      hint: `Set EDITOR, or use \`agent-os ${command} set PATH VALUE\`.`,
    });
  }
  const workspace = await invocation.workspace();
  const begun = await beginStateEdit(workspace, which);
  const draft = await writeDraft(begun.text);
  const { value, changed } = await draft.keepOnFailure(async () => {
    const text = await editDraft(invocation, editor, draft.file);
    return finishStateEdit(workspace, { edit: begun, text, ...given({ agent }) });
  });
  const output = {
    data: { value, changed },
    text: [changed ? `Changed ${begun.document.file}` : 'Nothing was changed.'],
    notes: advise?.(value) ?? [],
  };
  return changed ? published(invocation, workspace, output) : output;
}

type Advise = (value: YamlValue) => readonly Line[];

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
  const { runInTerminal } = await import('../compose.ts');
  const code = await runInTerminal({ command: 'sh', args: ['-c', `${editor} "$@"`, editor, file], cwd, env });
  if (code === 0) return decodeInput(await readFile(file), 'the edited text');
  throw new AgentOsError('BAD_VALUE', `the editor ended with ${code ?? 'a signal'}; nothing was changed`);
}
