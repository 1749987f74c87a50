import type * as z from 'zod/mini';
import { isYamlMap, type YamlValue } from '../yaml.ts';
import { KINDS, type Kind } from './kinds.ts';

/** Dotted paths of the fields that the schema of a kind does not name; `schema` is part of every kind. */
export function findUnknownFields(kind: Kind, value: YamlValue): readonly string[] {
  return unknownIn(KINDS[kind].schema(), value).filter((path) => path !== 'schema');
}

function unknownIn(schema: z.core.$ZodType, value: YamlValue): readonly string[] {
  const { def } = schema._zod as unknown as { readonly def: z.core.$ZodTypes['_zod']['def'] };
  if (def.type === 'optional') return unknownIn(def.innerType, value);
  if (!isYamlMap(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const field = def.type === 'object' ? def.shape[key] : def.type === 'record' ? def.valueType : null;
    if (field === null) return [];
    if (field === undefined) return [key];
    return unknownIn(field, inner).map((path) => `${key}.${path}`);
  });
}
