import { AgentOsError } from './errors.ts';
import { quoted } from './names.ts';
import {
  fieldOrder,
  KINDS,
  type Kind,
  parseSchemaId,
  schemaId,
  schemaUrl,
  type Values,
} from './schema/kinds.ts';
import { broken, decodeText, formatYaml, isYamlMap, MAX_BYTES, parseYaml, type YamlMap } from './yaml.ts';

/**
 * A file of the branch as a value of its kind. Fields that this version does not know are in the value too, so that
 * `encode(kind, {...value, changed})` keeps them. Maps have no prototype.
 * @throws AgentOsError RECORD_BROKEN naming path and line or field; SCHEMA_TOO_NEW
 */
export function decode<K extends Kind>(kind: K, bytes: Uint8Array, path: string): Values[K] {
  const value = parseYaml(decodeText(bytes, path), path);
  if (!isYamlMap(value)) throw broken(path, null, 'is not a map');
  checkVersion(kind, value, path);
  const problem = findProblem(kind, value);
  if (problem !== null) throw broken(path, null, problem);
  return value as unknown as Values[K];
}

/**
 * The text of a file: schema line, `schema`, then the fields in the order of their definition and unknown ones after.
 * @throws AgentOsError BAD_VALUE when the value does not fit its schema, TOO_LARGE over 5 MiB
 */
export function encode<K extends Kind>(kind: K, value: Values[K]): string {
  const problem = findProblem(kind, value);
  if (problem !== null) throw new AgentOsError('BAD_VALUE', `a ${kind} cannot be written: ${problem}`);
  return capSize(
    formatRecord(kind, { ...(value as unknown as YamlMap), schema: schemaId(kind) }),
    `a ${kind}`,
  );
}

/**
 * The text of a map as a file of the branch, neither validated nor capped: what merges write, in a newer version or
 * of an unknown kind (null) too.
 */
export function formatRecord(kind: Kind | null, value: YamlMap): string {
  const stated = parseSchemaId(value['schema']);
  const line = stated === null ? '' : `${schemaLine(stated.kind, stated.version)}\n`;
  return `${line}${formatYaml(value, kind === null ? ['schema'] : fieldOrder(kind))}`;
}

/** The comment by which editors find the schema; the first line of every file. */
export function schemaLine(kind: string, version: number): string {
  return `# yaml-language-server: $schema=${schemaUrl(kind, version)}`;
}

/**
 * Refuses what could not be read again.
 * @throws AgentOsError SCHEMA_TOO_NEW, RECORD_BROKEN
 */
export function checkVersion(kind: Kind, value: YamlMap, path: string): void {
  const id = parseSchemaId(value['schema']);
  if (id === null || id.kind !== kind) throw broken(path, null, `does not say \`schema: ${schemaId(kind)}\``);
  if (id.version <= KINDS[kind].version) return;
  throw new AgentOsError(
    'SCHEMA_TOO_NEW',
    `${quoted(path, 200)} is written in agent-os/${kind}/v${id.version}`,
    {
      hint: `This version reads up to v${KINDS[kind].version}; install a newer agent-os.`,
      data: { path, version: id.version },
    },
  );
}

/** @throws AgentOsError TOO_LARGE */
export function capSize(text: string, what: string): string {
  const size = text.length > MAX_BYTES / 3 ? new TextEncoder().encode(text).length : 0;
  if (size <= MAX_BYTES) return text;
  throw new AgentOsError('TOO_LARGE', `${what} would be ${size} bytes long (at most ${MAX_BYTES})`, {
    hint: 'Attach long texts as files, or split them.',
  });
}

/** What does not fit the schema, in words; null when all does. */
function findProblem(kind: Kind, value: unknown): string | null {
  const issue = KINDS[kind].schema().safeParse(value).error?.issues[0];
  if (issue === undefined) return null;
  const field = issue.path.map(String).join('.');
  const expected = 'expected' in issue ? `should be ${issue.expected}` : 'is not as the schema wants it';
  return `${quoted(field)} ${expected} (${issue.code})`;
}
