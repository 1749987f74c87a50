import { AgentOsError } from '../domain/errors.ts';
import { type AgentName, parseAgentName } from '../domain/names.ts';
import { emptyMap, isYamlMap, parseYaml, type YamlMap, type YamlValue } from '../domain/yaml.ts';

/** An agent's definition as a card holds it. */
export interface Definition {
  readonly name: AgentName;
  /** The card's fields but for the name; unknown ones of the front matter are among them. */
  readonly fields: YamlMap;
}

/** Fields that the front matter may give as one text, `Read, Write`, and that the card holds as a list. */
const LISTS = new Set(['tools', 'owns', 'coordinates_with']);

/**
 * A Markdown definition with YAML front matter, as Claude Code and similar harnesses read it.
 * @throws AgentOsError BAD_VALUE (no front matter, or no name in it), BAD_NAME
 */
export function parseDefinition(text: string): Definition {
  const [, front, body = ''] =
    /^\ufeff?---[ \t]*\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n([\s\S]*))?$/.exec(text) ?? [];
  if (front === undefined) throw badDefinition('does not begin with front matter between two lines `---`');
  const { name, ...rest } = readFrontMatter(front);
  if (typeof name !== 'string') throw badDefinition('has no `name` in its front matter');
  const fields = Object.assign(emptyMap(), rest);
  for (const key of Object.keys(fields)) {
    const value = fields[key];
    if (LISTS.has(key) && typeof value === 'string') fields[key] = splitList(value);
  }
  if (body.trim() !== '') fields['body'] = body;
  return { name: parseAgentName(name), fields };
}

/** YAML where it is; otherwise, as harnesses do, line by line: descriptions often have colons that YAML forbids. */
function readFrontMatter(front: string): YamlMap {
  try {
    const value = parseYaml(front, 'the front matter');
    if (isYamlMap(value)) return value;
  } catch (error) {
    if (!(error instanceof AgentOsError)) throw error;
  }
  const fields = emptyMap();
  for (const line of front.split(/\r?\n/)) {
    const [, key, value = ''] = /^([A-Za-z][\w-]*):[ \t]*(.*)$/.exec(line) ?? [];
    if (key !== undefined) fields[key] = unquote(value.trim());
  }
  return fields;
}

function unquote(text: string): YamlValue {
  return /^(["']).*\1$/.test(text) && text.length > 1 ? text.slice(1, -1) : text;
}

function splitList(text: string): YamlValue[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function badDefinition(problem: string): AgentOsError {
  return new AgentOsError('BAD_VALUE', `the definition ${problem}`, {
    hint: 'Begin the file with ---, name: go-backend, description: …, --- and the instructions below.',
  });
}
