import * as z from 'zod/mini';
import { DURATION, LEASE } from '../duration.ts';
import type { AgentName, CloneId, RecordId } from '../names.ts';
import type { OperationId } from '../operation.ts';

/** The declared fields of a loose object: unknown ones are kept at run time, but a typing error is still one. */
export type Known<T> = { [K in keyof T as string extends K ? never : K]: T[K] };

/** A schema that is made when the first record of its kind is read or written: most commands know two or three. */
export function lazily<T extends object>(make: () => T): () => T {
  let made: T | null = null;
  return () => {
    made ??= make();
    return made;
  };
}

/** Text of a certain form that has a type of its own. */
function branded<T extends string>(pattern: RegExp, description: string): z.ZodMiniType<T, T> {
  return describe(z.string().check(z.regex(pattern)), description) as unknown as z.ZodMiniType<T, T>;
}

/** A copy of the schema with the sentence that editors show for it. */
export function describe<T extends z.ZodMiniType>(schema: T, description: string): T {
  const copy = z.clone(schema);
  z.globalRegistry.add(copy, { description });
  return copy;
}

export const agentName = branded<AgentName>(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'Name of an agent.');
export const recordId = branded<RecordId>(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/, 'A ULID.');
export const cloneId = branded<CloneId>(/^[0-9a-z]{16}$/, 'Identity of a clone.');
export const operation = branded<OperationId>(
  /^\d{15}-[0-9a-z]{16}-[0-7][0-9A-HJKMNP-TV-Z]{25}$/,
  'The operation that wrote this: hybrid logical clock, clone, ULID.',
);
export const duration = describe(z.string().check(z.regex(DURATION)), 'A duration: 90s, 30m, 2h, 7d.');
export const lease = describe(z.string().check(z.regex(LEASE)), 'A duration that is not nothing.');
export const time = describe(
  z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/)),
  'A time in UTC, ISO 8601.',
);
export const day = describe(z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/)), 'A day in UTC, yyyy-mm-dd.');
export const commit = describe(
  z.string().check(z.regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/)),
  'A full object id.',
);
export const line = z.string().check(z.maxLength(1000));
