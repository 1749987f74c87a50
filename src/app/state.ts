import { type DottedPath, formatPath, parseDottedPath } from '../domain/document/dotted-path.ts';
import { appendAt, getAt, setAt } from '../domain/document/edit.ts';
import { ingestPlain } from '../domain/document/ingest.ts';
import { joinDocuments } from '../domain/document/join.ts';
import type { Author, DocumentState } from '../domain/document/registers.ts';
import { renderPlain } from '../domain/document/render.ts';
import { AgentOsError } from '../domain/errors.ts';
import { statePath } from '../domain/layout.ts';
import { quoted } from '../domain/names.ts';
import { parseYaml, type YamlValue } from '../domain/yaml.ts';
import type { Change } from '../store/branch.ts';
import { planDocument, readDocument, readForWriting, readKnown } from './documents.ts';
import { openRecords, type Problem } from './records.ts';
import { firstLine } from './text-input.ts';
import type { Workspace } from './workspace.ts';

/** A document that is read and changed key by key. */
export interface KeyedDocument {
  readonly file: string;
  /** The command that shows and changes it; subjects of its operations begin with it too. */
  readonly command: 'state' | 'config';
  /** @throws AgentOsError BAD_VALUE where this text must not become the document */
  check?(text: string): void;
}

/** Which file of state/ is meant, default `project`, or which document elsewhere. */
export interface Which {
  readonly document?: string | KeyedDocument;
}

/**
 * The value at a dotted path of the project state; without a path all of it.
 * @throws AgentOsError NOT_INITIALISED, BAD_VALUE (the path), NOT_FOUND
 */
export async function getState(
  workspace: Workspace,
  input: Which & { readonly path?: string } = {},
): Promise<{ readonly value: YamlValue; readonly problems: readonly Problem[] }> {
  const path = parseDottedPath(input.path ?? '');
  const { file, command } = documentOf(input);
  const records = await openRecords(workspace);
  const state = await readKnown(workspace, records, file);
  const value = state === null ? undefined : getAt(state, path);
  if (value === undefined) {
    const [problem] = records.problems;
    if (problem !== undefined)
      throw new AgentOsError('RECORD_BROKEN', problem.message, {
        ...(problem.hint !== undefined && { hint: problem.hint }),
        data: { path: problem.path },
      });
    throw new AgentOsError('NOT_FOUND', `${file} has nothing at ${quoted(formatPath(path))}`, {
      hint: `See all of it with \`agent-os ${command} get\`.`,
    });
  }
  return { value, problems: records.problems };
}

/** `json-or-text`: JSON where it is that, else text as it stands, whatever YAML would make of it. */
export type ValueForm = 'yaml' | 'text' | 'json-or-text';

export interface StateInput extends Which {
  readonly agent?: string;
  /** Dotted: `critical_context.current_focus`. */
  readonly path: string;
  readonly value: string;
  /** What `value` is; default `yaml`: text without quotes is text, `[a, b]` a list. */
  readonly as?: ValueForm;
}

/**
 * Set one value. Keys beside it stay what others make of them at the same time.
 * @throws AgentOsError NOT_INITIALISED, BAD_VALUE, TOO_LARGE, RECORD_BROKEN, and what Branch.commit throws
 */
export function setState(workspace: Workspace, input: StateInput): Promise<{ readonly value: YamlValue }> {
  return changeState(workspace, input, 'set', setAt);
}

/**
 * Add one item to a list. Items that others add at the same time stay, each once.
 * @throws AgentOsError as setState
 */
export function appendState(workspace: Workspace, input: StateInput): Promise<{ readonly value: YamlValue }> {
  return changeState(workspace, input, 'append to', (state, path, value, author) =>
    appendAt(state, path, [value], author),
  );
}

async function changeState(
  workspace: Workspace,
  input: StateInput,
  verb: string,
  change: (state: DocumentState, path: DottedPath, value: YamlValue, author: Author) => DocumentState,
): Promise<{ readonly value: YamlValue }> {
  const path = parseDottedPath(input.path);
  const value = readValue(input);
  const document = documentOf(input);
  const { file, command } = document;
  const who = await workspace.identify(input.agent);
  const { result } = await workspace.branch.commit<YamlValue>({
    ...who,
    async plan({ snapshot, id }) {
      const before = await readForWriting(workspace, snapshot, file);
      const after = change(before, path, value, { op: id, by: who.agent });
      return {
        subject: `${command}: ${who.agent}: ${verb} ${formatPath(path)}: ${firstLine(input.value, 60)}`,
        changes: planChecked(document, after),
        result: getAt(after, path) ?? null,
      };
    },
  });
  return { value: result };
}

/** A document as an editor gets it, with what it takes to understand what the editor gives back. */
export interface StateEdit {
  readonly document: KeyedDocument;
  readonly base: DocumentState;
  readonly text: string;
}

/**
 * The project state as text with its comments; a file that was broken by hand as it stands, to be mended.
 * @throws AgentOsError NOT_INITIALISED, SCHEMA_TOO_NEW
 */
export async function beginStateEdit(workspace: Workspace, input: Which = {}): Promise<StateEdit> {
  const document = documentOf(input);
  const { file } = document;
  const { snapshot } = await openRecords(workspace);
  const { state, problems } = await readDocument(workspace, snapshot, file);
  const broken = problems.plain === null ? null : await snapshot.read(file);
  const text = broken === null ? renderPlain(state, file) : new TextDecoder().decode(broken);
  return { document, base: state, text };
}

/**
 * Take in an edited text: what differs from the text before becomes operations, and is joined with what others have
 * written in the meantime.
 * @throws AgentOsError BAD_VALUE (the text is no YAML; nothing is changed), TOO_LARGE, and what Branch.commit throws
 */
export async function finishStateEdit(
  workspace: Workspace,
  input: { readonly agent?: string; readonly edit: StateEdit; readonly text: string },
): Promise<{ readonly value: YamlValue; readonly changed: boolean }> {
  const { document, base } = input.edit;
  const { file, command } = document;
  const edited = readEdited(workspace, base, { text: input.text, path: file });
  const who = await workspace.identify(input.agent);
  const { result, changed } = await workspace.branch.commit<YamlValue>({
    ...who,
    async plan({ snapshot }) {
      const { state } = await readDocument(workspace, snapshot, file);
      const joined = joinDocuments(state, edited.state);
      const result = getAt(joined, []) ?? null;
      const changes = input.text === input.edit.text ? [] : planChecked(document, joined);
      return { subject: `${command}: ${who.agent}: edit ${file}`, changes, result };
    },
  });
  return { value: result, changed };
}

function readEdited(
  workspace: Workspace,
  base: DocumentState,
  plain: { readonly text: string; readonly path: string },
) {
  try {
    return ingestPlain(base, plain, workspace.hash);
  } catch (error) {
    if (!(error instanceof AgentOsError) || error.code !== 'RECORD_BROKEN') throw error;
    throw new AgentOsError('BAD_VALUE', `the edited text cannot be used: ${error.message}`, {
      hint: 'Mend it and try again.',
      cause: error,
    });
  }
}

/** Of text, the end of its last line is none of its own. @throws AgentOsError BAD_VALUE */
function readValue({ value, as = 'yaml' }: StateInput): YamlValue {
  const isText = as === 'text' || (as === 'json-or-text' && !isJson(value));
  return isText ? value.replace(/\r?\n$/, '') : parseValue(value);
}

/** YAML would make null of it, which is what a broken pipe then writes. */
function emptyValue(): AgentOsError {
  return new AgentOsError('BAD_VALUE', 'the value is empty', {
    hint: `Write null for nothing, and '""' for a text without letters.`,
  });
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** @throws AgentOsError BAD_VALUE */
function parseValue(text: string): YamlValue {
  if (text.trim() === '') throw emptyValue();
  try {
    return parseYaml(text, 'the value');
  } catch (error) {
    if (!(error instanceof AgentOsError)) throw error;
    throw new AgentOsError('BAD_VALUE', `the value is no YAML that can be used: ${error.message}`, {
      hint: `Put text into quotes twice, once for the shell: '"text: with a colon"'.`,
      cause: error,
    });
  }
}

/** @throws AgentOsError BAD_VALUE, TOO_LARGE */
function planChecked({ file, check }: KeyedDocument, state: DocumentState): readonly Change[] {
  check?.(renderPlain(state, file));
  return planDocument(file, state);
}

/** @throws AgentOsError BAD_NAME */
function documentOf({ document: name = 'project' }: Which): KeyedDocument {
  if (typeof name !== 'string') return name;
  if (/^[a-z0-9][a-z0-9_-]{0,63}$/.test(name)) return { file: statePath(name), command: 'state' };
  throw new AgentOsError('BAD_NAME', `${quoted(name)} is not the name of a state document`, {
    hint: 'Use lower-case letters, digits, - and _: project, roadmap.',
  });
}
