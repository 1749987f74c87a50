import * as z from 'zod/mini';
import { nearest } from '../nearest.ts';
import { type Config, configSchema } from './config.ts';

/** A key of config.yaml that this version does not know: it is kept, and has no effect. */
export interface UnknownKey {
  /** `guards.exempt_pahts` */
  readonly path: string;
  /** The known key that was probably meant, with its path; null: none is close. */
  readonly meant: string | null;
}

/** The keys of a policy that this version does not read; those of a map by name (resources, groups) are free. */
export function findUnknownKeys(config: Config): readonly UnknownKey[] {
  return walk(configSchema, config, []);
}

function walk(schema: unknown, value: unknown, path: readonly string[]): readonly UnknownKey[] {
  if (schema instanceof z.ZodMiniOptional) return walk(schema._zod.def.innerType, value, path);
  if (typeof value !== 'object' || value === null) return [];
  if (schema instanceof z.ZodMiniRecord) {
    const { valueType } = schema._zod.def;
    return Object.entries(value).flatMap(([name, one]) => walk(valueType, one, [...path, name]));
  }
  if (!(schema instanceof z.ZodMiniObject)) return [];
  const { shape } = schema._zod.def;
  return Object.entries(value).flatMap(([key, one]) => {
    if (Object.hasOwn(shape, key)) return walk(shape[key], one, [...path, key]);
    if (path.length === 0 && key === 'schema') return [];
    return [{ path: [...path, key].join('.'), meant: findMeant(key, path, Object.keys(shape)) }];
  });
}

/** The same key where it belongs, else one beside it that looks like it. */
function findMeant(key: string, path: readonly string[], beside: readonly string[]): string | null {
  const elsewhere = Object.entries(configSchema._zod.def.shape).flatMap(([section, schema]) => {
    const inner = schema instanceof z.ZodMiniOptional ? schema._zod.def.innerType : schema;
    const isThere = inner instanceof z.ZodMiniObject && Object.hasOwn(inner._zod.def.shape, key);
    return isThere ? [`${section}.${key}`] : [];
  });
  if (elsewhere.length === 1) return elsewhere[0] ?? null;
  const close = nearest(key, beside);
  return close === null ? null : [...path, close].join('.');
}
