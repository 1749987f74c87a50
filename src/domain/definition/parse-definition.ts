import { AgentOsError } from '../errors.ts';
import { type AgentName, isAgentName, quoted, slug } from '../names.ts';
import { emptyMap, type YamlMap, type YamlValue } from '../yaml.ts';
import { readCardFields } from './card-fields.ts';
import { readCommands } from './commands.ts';
import { readCoordination } from './coordination.ts';
import { readFrontMatter } from './front-matter.ts';
import { readGates } from './gates.ts';
import { readOwnedPaths, readResources } from './ownership.ts';
import { readRoles } from './roles.ts';
import { readTriggers } from './triggers.ts';

/** An agent's definition as a card holds it. */
export interface Definition {
  readonly name: AgentName;
  /** The card's fields but for the name; unknown ones of the front matter are among them. */
  readonly fields: YamlMap;
  /** What was odd, each a clause about `the definition`. */
  readonly warnings: readonly string[];
}

/**
 * A Markdown definition, as Claude Code and similar harnesses read it: front matter, and what the body says about
 * commands, triggers, specialists to check, quality gates, resources and files. What the front matter says of these
 * comes first, and of a command or gate of one name the front matter's counts.
 * @param file - where it comes from; a definition without a name is named for it
 * @throws AgentOsError BAD_VALUE when neither text nor file give a name
 */
export function parseDefinition(text: string, file: string | null = null): Definition {
  const { fields, body, warnings: odd } = readFrontMatter(text);
  const warnings = [...odd];
  const name = readName(fields['name'], file, warnings);
  const card = readCardFields(fields, warnings);
  const sections = readRoles(body);
  const found: readonly (readonly [string, readonly unknown[], (item: YamlValue) => string])[] = [
    ['owns', readOwnedPaths(sections), String],
    ['resources', readResources(sections, name), String],
    ['commands', readCommands(sections, name), keyOf('name')],
    ['triggers', readTriggers(sections), keyOf('when')],
    ['coordinates_with', readCoordination(sections, name), String],
    ['gates', readGates(sections), keyOf('name')],
  ];
  for (const [key, items, identify] of found) {
    const before = card[key];
    const all = [...(Array.isArray(before) ? before : []), ...(items as readonly YamlValue[])];
    const unique = [...new Map(all.toReversed().map((item) => [identify(item), item])).values()].toReversed();
    if (unique.length > 0) card[key] = unique.slice(0, MAX_ITEMS);
  }
  if (body.trim() !== '') card['body'] = body;
  if (typeof card['description'] !== 'string') warnings.push('it has no `description`');
  return { name, fields: Object.assign(emptyMap(), card), warnings };
}

/** A list of a card is read by people. */
const MAX_ITEMS = 200;

function readName(given: YamlValue | undefined, file: string | null, warnings: string[]): AgentName {
  const written = typeof given === 'string' || typeof given === 'number' ? String(given).trim() : '';
  if (isAgentName(written)) return written;
  const fromText = slug(written);
  if (fromText !== null) {
    warnings.push(`its name ${quoted(written)} is no agent name; it is ${fromText}`);
    return fromText;
  }
  const base = (file ?? '').replace(/^.*[/\\]/, '').replace(/\.(?:md|markdown|agent|txt)$/i, '');
  const fromFile = slug(base.replace(/\.(?:agent|md)$/i, ''));
  if (fromFile === null) {
    throw new AgentOsError('BAD_VALUE', 'the definition has no `name` in its front matter', {
      hint: 'Begin it with ---, name: go-backend, description: …, --- and the instructions below.',
    });
  }
  warnings.push(`it has no \`name\`; it is ${fromFile}, as its file is called`);
  return fromFile;
}

function keyOf(field: string): (item: YamlValue) => string {
  return (item) => {
    const value = typeof item === 'object' && item !== null && !Array.isArray(item) ? item[field] : item;
    return String(value).toLowerCase();
  };
}
