import type * as z from 'zod/mini';
import { AgentOsError } from '../errors.ts';
import { quoted } from '../names.ts';
import { decodeText, formatYaml, isYamlMap, parseYaml, type YamlMap } from '../yaml.ts';

type Kind = 'lock' | 'claims';

/** A document of a lock ref in its canonical form: schema first, then the keys of `order`, then unknown ones. */
export function encodeDocument(kind: Kind, fields: object, order: readonly string[]): Uint8Array {
  const value = { schema: `agent-os/${kind}/v1`, ...fields } as YamlMap;
  const header = `# yaml-language-server: $schema=https://unpkg.com/agent-os/schemas/${kind}.json\n`;
  return new TextEncoder().encode(header + formatYaml(value, ['schema', ...order]));
}

/**
 * The fields of a document, unknown ones included.
 * @param where - what to call it in an error
 * @throws AgentOsError RECORD_BROKEN, SCHEMA_TOO_NEW
 */
export function decodeDocument<T>(kind: Kind, schema: z.ZodMiniType<T>, bytes: Uint8Array, where: string): T {
  const value = parseYaml(decodeText(bytes, where), where);
  const named = isYamlMap(value) ? value['schema'] : undefined;
  const version = typeof named === 'string' ? /^agent-os\/([a-z]+)\/v(\d+)$/.exec(named) : null;
  if (version?.[1] === kind && Number(version[2]) > 1) {
    throw new AgentOsError('SCHEMA_TOO_NEW', `${quoted(where)} was written by a newer version of agent-os`, {
      hint: 'Update agent-os: npm install --global agent-os@latest',
    });
  }
  const parsed = schema.safeParse(value);
  if (version?.[1] === kind && parsed.success) return parsed.data;
  const issue = parsed.success ? undefined : parsed.error.issues[0];
  const problem =
    issue === undefined ? `schema is not agent-os/${kind}/v1` : `${issue.path.join('.')}: ${issue.message}`;
  throw new AgentOsError('RECORD_BROKEN', `${quoted(where)}: ${problem}`, { data: { path: where } });
}
