import { isAgentName, slug } from '../names.ts';
import { emptyMap, isYamlMap, type YamlMap, type YamlValue } from '../yaml.ts';
import { readGate } from './gates.ts';
import { asGlob } from './path-words.ts';
import { readTrigger } from './triggers.ts';

/** Other words that people use for a card's fields. */
const ALIASES: Readonly<Record<string, string>> = {
  specialisation: 'specialization',
  speciality: 'specialization',
  specialty: 'specialization',
  colour: 'color',
  owned: 'owns',
  paths: 'owns',
  files: 'owns',
  locks: 'resources',
  owned_resources: 'resources',
  quality_gates: 'gates',
  check_with: 'coordinates_with',
  coordinates: 'coordinates_with',
  collaborates_with: 'coordinates_with',
  consults: 'coordinates_with',
};
const TEXTS = new Set(['description', 'specialization', 'color']);

/**
 * The fields of a card from those of a front matter: other words and spellings for them, one text for a list, plain
 * texts for commands, triggers and gates. What cannot be understood is left out with a warning; unknown fields stay.
 */
export function readCardFields(fields: YamlMap, warnings: string[]): YamlMap {
  const card = emptyMap();
  for (const [written, value] of Object.entries(fields)) {
    const spelled = written
      .replace(/([a-z])([A-Z])/g, '$1_$2')
      .toLowerCase()
      .replaceAll('-', '_');
    const key = ALIASES[spelled] ?? (KNOWN.has(spelled) ? spelled : written);
    if (key === 'name' || key === 'body' || key === 'schema' || value === null) continue;
    const read = readField(key, value, warnings);
    if (read !== null && card[key] === undefined) card[key] = read;
  }
  return card;
}

function readField(key: string, value: YamlValue, warnings: string[]): YamlValue | null {
  if (TEXTS.has(key))
    return typeof value === 'string' ? value : isFlat(value) ? String(value) : odd(key, warnings);
  const reader = LISTS.get(key);
  if (reader === undefined) return value;
  const items = itemsOf(value, key);
  const read = items.flatMap((item) => reader(item) ?? []);
  if (read.length < items.length) odd(key, warnings);
  return read;
}

function odd(key: string, warnings: string[]): null {
  warnings.push(`its field \`${key}\` has something that cannot be used`);
  return null;
}

type ItemReader = (item: YamlValue) => YamlValue | null;

const LISTS: ReadonlyMap<string, ItemReader> = new Map<string, ItemReader>([
  ['tools', (item) => textOf(item)],
  ['resources', (item) => textOf(item)],
  ['owns', (item) => (textOf(item) === null ? null : (asOwnGlob(textOf(item) ?? '') ?? textOf(item)))],
  ['coordinates_with', readAgent],
  ['commands', readCommandItem],
  ['triggers', readTriggerItem],
  ['gates', readGateItem],
  ['keys', (item) => textOf(item)],
]);
const KNOWN: ReadonlySet<string> = new Set([...TEXTS, ...LISTS.keys()]);

/** `a, b` is a list of two; a map is a list of `{name: key, description: value}`. */
function itemsOf(value: YamlValue, key: string): readonly YamlValue[] {
  if (Array.isArray(value)) return value;
  if (isYamlMap(value)) {
    const detail = key === 'gates' ? 'require' : key === 'triggers' ? 'when' : 'description';
    if (['name', 'when', 'paths', 'commits', 'trailers'].some((name) => value[name] !== undefined))
      return [value];
    return Object.entries(value).map(([name, said]) =>
      isYamlMap(said) ? { name, ...said } : { name, [detail]: textOf(said) ?? name },
    );
  }
  const isProse = ['commands', 'triggers', 'gates'].includes(key);
  // A comma within braces belongs to a glob.
  const separator = isProse ? /[;\n]/ : /[,\n](?![^{}]*\})/;
  return String(value ?? '')
    .split(separator)
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** A glob with its folder, as a front matter writes it: `*.go` stays what it says. */
function asOwnGlob(text: string): string | null {
  return text.includes('/') ? asGlob(text) : null;
}

function readAgent(item: YamlValue): YamlValue | null {
  const text = isYamlMap(item) ? item['name'] : item;
  if (typeof text !== 'string') return null;
  const word = text.replace(/^@(?:agent[:/])?/, '').trim();
  return isAgentName(word) ? word : slug(word);
}

function readCommandItem(item: YamlValue): YamlValue | null {
  if (isYamlMap(item))
    return named({ ...item, name: item['name'] ?? item['command'] ?? item['verb'] ?? null });
  const [, verb, args = ''] =
    /^\s*(?:@(?:agent[:/])?[\w-]+\s+)?\/?([A-Za-z][\w:.-]*)\s*(.*)$/s.exec(textOf(item) ?? '') ?? [];
  return verb === undefined ? null : { name: verb, ...(args.trim() !== '' && { args: args.trim() }) };
}

function readTriggerItem(item: YamlValue): YamlValue | null {
  if (typeof item === 'string') {
    const trigger = readTrigger(item);
    return trigger && ({ ...trigger } as unknown as YamlMap);
  }
  if (!isYamlMap(item)) return null;
  const lists = ['paths', 'commits', 'trailers'].flatMap((key) => {
    const texts = itemsOf(item[key] ?? [], key).flatMap((entry) => textOf(entry) ?? []);
    return texts.length === 0 ? [] : [[key, texts] as const];
  });
  const when = textOf(item['when'] ?? item['name'] ?? item['description'] ?? null);
  if (when === null && lists.length === 0) return null;
  const words = lists.map(([key, texts]) => `${key} ${texts.join(' ')}`).join(', ');
  return { ...item, when: when ?? words, ...Object.fromEntries(lists) };
}

function readGateItem(item: YamlValue): YamlValue | null {
  if (typeof item === 'string') {
    const gate = readGate(item);
    return gate && ({ ...gate } as unknown as YamlMap);
  }
  if (!isYamlMap(item)) return null;
  const require = textOf(item['require'] ?? item['requires'] ?? item['threshold'] ?? item['min'] ?? null);
  const [only] = Object.entries(item);
  const isShort = item['name'] === undefined && only !== undefined && Object.keys(item).length === 1;
  if (isShort) return named({ name: only[0], require: textOf(only[1]) ?? 'passed' });
  return named({ ...item, ...(require !== null && { require }) });
}

function named(item: YamlMap): YamlMap | null {
  const name = textOf(item['name'] ?? null);
  if (name === null || name.trim() === '') return null;
  const texts = ['args', 'description', 'require'].flatMap((key) => {
    const text = textOf(item[key] ?? null);
    return text === null ? [] : [[key, text] as const];
  });
  const rest = Object.entries(item).filter(([key]) => !['args', 'description', 'require'].includes(key));
  return { ...Object.fromEntries(rest), name: name.trim().slice(0, 200), ...Object.fromEntries(texts) };
}

function isFlat(value: YamlValue): boolean {
  return typeof value !== 'object';
}

function textOf(value: YamlValue): string | null {
  if (Array.isArray(value)) return value.every(isFlat) ? value.map(String).join(' ') : null;
  return value === null || !isFlat(value) ? null : String(value);
}
