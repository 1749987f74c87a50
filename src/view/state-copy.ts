import { AgentOsError } from '../domain/errors.ts';
import { type CloneId, isOid, type Oid } from '../domain/names.ts';
import { emptyMap, isYamlMap, MAX_DEPTH, type YamlMap, type YamlValue } from '../domain/yaml.ts';

/** Where a copy of the project state comes from. */
export interface Origin {
  /** The clone in whose view it was rendered. */
  readonly repo: string;
  /** The commit of the branch of which it was made. */
  readonly base: Oid;
}

const ORIGIN = '_agent_os';

/** The project state as JSON that `jq` can edit; what it was made of travels along. */
export function formatCopy(value: YamlMap, origin: { readonly repo: CloneId; readonly base: Oid }): string {
  return `${JSON.stringify({ ...value, [ORIGIN]: origin }, null, 2)}\n`;
}

/**
 * @returns the state that a copy shows, and its origin, or null when it does not say
 * @throws AgentOsError RECORD_BROKEN when it is not one JSON object, as while somebody is still writing it
 */
export function parseCopy(text: string): { readonly value: YamlMap; readonly origin: Origin | null } {
  const value = toYamlValue(parseJson(text.replace(/^\ufeff/, '')), 0);
  if (!isYamlMap(value)) throw broken('is JSON, but not an object');
  const stated = value[ORIGIN];
  delete value[ORIGIN];
  delete value['schema'];
  const { repo, base } = isYamlMap(stated) ? stated : { repo: null, base: null };
  const isStated = typeof repo === 'string' && typeof base === 'string' && isOid(base);
  return { value, origin: isStated ? { repo, base } : null };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw broken(`is not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
}

function toYamlValue(json: unknown, depth: number): YamlValue {
  if (depth > MAX_DEPTH) throw broken(`is nested more than ${MAX_DEPTH} levels deep`);
  if (Array.isArray(json)) return json.map((item) => toYamlValue(item, depth + 1));
  if (typeof json !== 'object' || json === null) return json as YamlValue;
  const map = emptyMap();
  for (const [key, value] of Object.entries(json)) map[key] = toYamlValue(value, depth + 1);
  return map;
}

function broken(what: string): AgentOsError {
  return new AgentOsError('RECORD_BROKEN', `the copy of the project state ${what}`, {
    hint: 'Mend it, or remove it: the next command writes it anew.',
  });
}
