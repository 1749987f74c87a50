import type * as z from 'zod/mini';
import { nearest } from '../nearest.ts';
import type { YamlMap } from '../yaml.ts';
import { type Config, configSchema } from './config.ts';
import { findUnknownFields } from './unknown-fields.ts';

/** A key of config.yaml that this version does not know: it is kept, and has no effect. */
export interface UnknownKey {
  /** `guards.exempt_pahts` */
  readonly path: string;
  /** The known key that was probably meant, with its path; null: none is close. */
  readonly meant: string | null;
}

/** The keys of a policy that this version does not read; those of a map by name (resources, groups) are free. */
export function findUnknownKeys(config: Config): readonly UnknownKey[] {
  const known = pathsOf(configSchema());
  const paths = findUnknownFields('config', config as unknown as YamlMap);
  return paths.map((path) => ({ path, meant: findMeant(path, known) }));
}

/** The same key where it belongs, else one that looks like it beside it. `*` stands for any name. */
function findMeant(path: string, known: readonly string[]): string | null {
  // `guards.locks: warn`, in one line.
  if (known.includes(path)) return path;
  const names = path.split('.');
  const key = names.pop() ?? '';
  const elsewhere = known.filter((one) => one.endsWith(`.${key}`));
  if (elsewhere.length === 1 && !elsewhere[0]?.includes('*')) return elsewhere[0] ?? null;
  const beside = known.flatMap((one) => {
    const parts = one.split('.');
    const last = parts.pop() ?? '';
    const isBeside =
      parts.length === names.length && parts.every((part, at) => part === '*' || part === names[at]);
    return isBeside && last !== '*' ? [last] : [];
  });
  const close = nearest(key, beside);
  return close === null ? null : [...names, close].join('.');
}

/** Every key that there can be, with its path. */
function pathsOf(schema: z.core.$ZodType): readonly string[] {
  const { def } = schema._zod as unknown as { readonly def: z.core.$ZodTypes['_zod']['def'] };
  if (def.type === 'optional') return pathsOf(def.innerType);
  const fields = def.type === 'object' ? Object.entries(def.shape) : [];
  const all = def.type === 'record' ? ([['*', def.valueType]] as const) : fields;
  return all.flatMap(([key, inner]) => [key, ...pathsOf(inner).map((path) => `${key}.${path}`)]);
}
