import { decode } from '../domain/codec.ts';
import { AgentOsError } from '../domain/errors.ts';
import { CONFIG_PATH } from '../domain/layout.ts';
import { parsePathPattern } from '../domain/locks/path-pattern.ts';
import { KINDS, schemaUrl } from '../domain/schema/kinds.ts';
import { type ResolvedConfig, resolveConfig } from '../domain/schema/resolve-config.ts';
import { findUnknownFields } from '../domain/schema/unknown-fields.ts';
import type { YamlValue } from '../domain/yaml.ts';
import type { KeyedDocument } from './state.ts';

/** config.yaml, as a document that is read and changed as the project state is; what everybody goes by is checked. */
export const POLICY: KeyedDocument = {
  file: CONFIG_PATH,
  command: 'config',
  check(text) {
    try {
      checkGlobs(resolveConfig(decode('config', new TextEncoder().encode(text), CONFIG_PATH)));
    } catch (cause) {
      if (!(cause instanceof AgentOsError)) throw cause;
      throw new AgentOsError('BAD_VALUE', `that would be no policy: ${cause.message}`, {
        hint: `Nothing was changed. ${schemaUrl('config', KINDS.config.version)} says what a policy may have.`,
        cause,
      });
    }
  },
};

/** Dotted paths of what this version does not know in a policy: kept, and without effect here. */
export function findUnknownPolicy(policy: YamlValue): readonly string[] {
  return findUnknownFields('config', policy);
}

/** @throws AgentOsError BAD_VALUE */
function checkGlobs({ resources, guards }: ResolvedConfig): void {
  const required = guards.requireLock.filter((text) => !resources.has(text));
  const covered = [...resources.values()].flatMap(({ paths }) => paths);
  for (const glob of [...covered, ...guards.exemptPaths, ...required]) parsePathPattern(glob);
}
