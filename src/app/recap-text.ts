import type { CodeCommit } from '../domain/code-history.ts';
import { readReportedGates } from '../domain/definition/reported-gates.ts';
import { AgentOsError } from '../domain/errors.ts';
import type { Recap } from '../domain/schema/recap.ts';
import { emptyMap, isYamlMap, parseYaml, type YamlValue } from '../domain/yaml.ts';
import { firstLine } from './text-input.ts';

const TITLE_LIMIT = 200;

/** What a recap says, however it was written. */
export interface RecapText {
  readonly title: string;
  readonly sections: Recap['sections'];
  /** Markdown. */
  readonly body: string;
  readonly gates: Recap['gates'] | undefined;
}

/**
 * A recap written as Markdown (perhaps with YAML front matter) or as a YAML map with `title`, `sections` and `body`.
 * @param name - the file's name, which tells YAML from Markdown; without one the text tells
 * @throws AgentOsError BAD_VALUE
 */
export function parseRecap(text: string, name: string | null): RecapText {
  const isYaml =
    name === null ? /^(?:title|sections|body|gates):/.test(text.trimStart()) : /\.ya?ml$/i.test(name);
  if (isYaml) return parseFields(text, '');
  const [, front, rest] = /^---[ \t]*\r?\n([\s\S]*?\r?\n)---[ \t]*(?:\r?\n([\s\S]*))?$/.exec(text) ?? [];
  return front === undefined ? parseMarkdown(text) : parseFields(front, rest ?? '');
}

/** The recap of a range: its commits, newest first, as Markdown. */
export function writeRangeBody(range: string, commits: readonly CodeCommit[]): string {
  const lines = commits.map(({ oid, subject, author }) => `- ${oid.slice(0, 10)} ${subject} (${author})`);
  return [`## Commits of ${range}`, '', ...(lines.length === 0 ? ['None.'] : lines), ''].join('\n');
}

/** The headings of a Markdown text and what stands below each; headings in code blocks are none. */
export function splitSections(body: string): {
  readonly title: string | null;
  readonly sections: Recap['sections'];
} {
  const sections: { heading: string; lines: string[] }[] = [];
  let title: string | null = null;
  let fence: string | null = null;
  for (const line of body.split(/\r?\n/)) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark !== undefined) fence = fence === null ? mark : line.trim().startsWith(fence) ? null : fence;
    const [, level, heading] =
      (fence === null && mark === undefined && /^(#{1,6})\s+(.+?)\s*#*$/.exec(line)) || [];
    if (heading === undefined) sections.at(-1)?.lines.push(line);
    else if (level === '#' && title === null && sections.length === 0) title = heading;
    else sections.push({ heading: firstLine(heading, TITLE_LIMIT), lines: [] });
  }
  return {
    title,
    sections: sections.map(({ heading, lines }) => ({ heading, text: lines.join('\n').trim() })),
  };
}

function parseMarkdown(body: string): RecapText {
  const { title, sections } = splitSections(body);
  return { title: firstLine(title ?? body, TITLE_LIMIT), sections, body, gates: findGates(body) };
}

function parseFields(yaml: string, rest: string): RecapText {
  const fields = readYaml(yaml);
  if (!isYamlMap(fields)) throw badRecap('is YAML, but no map');
  const body = typeof fields['body'] === 'string' ? fields['body'] : rest;
  const written = splitSections(body);
  const sections = fields['sections'] === undefined ? written.sections : readSections(fields['sections']);
  const title = fields['title'] ?? written.title ?? body;
  return {
    title: firstLine(String(title), TITLE_LIMIT),
    sections,
    body:
      body.trim() === ''
        ? sections.map(({ heading, text }) => `## ${heading}\n\n${text}\n`).join('\n')
        : body,
    gates: fields['gates'] === undefined ? findGates(body) : readGates(fields['gates']),
  };
}

function readYaml(text: string): YamlValue {
  try {
    return parseYaml(text, 'the recap');
  } catch (error) {
    if (error instanceof AgentOsError) throw badRecap(`is no YAML that can be read: ${error.message}`);
    throw error;
  }
}

/** A map of headings to texts, or a list of `{heading, text}`; a list of points becomes a Markdown list. */
function readSections(value: YamlValue): Recap['sections'] {
  const pairs = isYamlMap(value)
    ? Object.entries(value)
    : Array.isArray(value)
      ? value.map((item): [YamlValue | undefined, YamlValue | undefined] =>
          isYamlMap(item) ? [item['heading'], item['text']] : [undefined, undefined],
        )
      : [];
  const sections = pairs.map(([heading, text]) => {
    if (typeof heading !== 'string' || text === undefined)
      throw badRecap('has a section without heading or text');
    return { heading: firstLine(heading, TITLE_LIMIT), text: writePoints(text) };
  });
  if (sections.length === 0) throw badRecap('has `sections` that are neither a map nor a list');
  return sections;
}

function writePoints(value: YamlValue): string {
  if (Array.isArray(value)) return value.map((item) => `- ${writePoints(item)}`).join('\n');
  return isYamlMap(value) ? JSON.stringify(value) : String(value ?? '').trim();
}

/** What a section such as "Quality gates" reports. */
function findGates(body: string): Recap['gates'] | undefined {
  const gates = readReportedGates(body);
  return gates.length === 0 ? undefined : [...gates];
}

/** A list of `{name, passed, detail}`, or a map, or texts as a section would have them: `coverage: 82 %`. */
function readGates(value: YamlValue): NonNullable<Recap['gates']> {
  const items: readonly YamlValue[] = Array.isArray(value)
    ? value
    : isYamlMap(value)
      ? Object.entries(value).map(([name, said]) => gateOf(name, said))
      : [];
  if (items.length === 0) throw badRecap('has `gates` that are neither a list nor a map');
  return items.flatMap((gate) => {
    if (typeof gate === 'string') return readReportedGates(`## Quality gates\n- ${firstLine(gate, 1000)}`);
    const { name, passed, detail } = isYamlMap(gate) ? gate : { name: null, passed: null, detail: null };
    if (typeof name !== 'string' || typeof passed !== 'boolean')
      throw badRecap('has a gate without name or passed');
    return [{ name, passed, ...(detail != null && !isYamlMap(detail) && { detail: String(detail) }) }];
  });
}

/** An entry of a map as one of a list would be. */
function gateOf(name: string, said: YamlValue): YamlValue {
  if (typeof said === 'boolean') return Object.assign(emptyMap(), { name, passed: said });
  return isYamlMap(said) ? Object.assign(emptyMap(), { ...said, name }) : `${name}: ${writePoints(said)}`;
}

function badRecap(problem: string): AgentOsError {
  return new AgentOsError('BAD_VALUE', `the recap ${problem}`, {
    hint: 'Write Markdown, or YAML with title, sections (heading: text) and body.',
  });
}
