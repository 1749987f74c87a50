import { AgentOsError } from '../domain/errors.ts';

/** One thing that doctor looked at. */
export interface Check {
  readonly name: string;
  readonly status: 'ok' | 'warn' | 'fail';
  /** One clause. */
  readonly message: string;
  /** What to type or to change. */
  readonly fix?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

type Details = Pick<Check, 'fix' | 'data'>;

export const ok = (name: string, message: string): Check => ({ name, status: 'ok', message });
export const warn = (name: string, message: string, details: Details = {}): Check => ({
  ...{ name, status: 'warn', message },
  ...details,
});
export const fail = (name: string, message: string, details: Details = {}): Check => ({
  ...{ name, status: 'fail', message },
  ...details,
});

/** `1 is active`, `2 are active`. */
export function counted(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** The checks that `look` makes; when it throws on purpose, that is the check. */
export async function attempt(
  name: string,
  look: () => Promise<readonly Check[]>,
): Promise<readonly Check[]> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof AgentOsError)) throw error;
    const details = error.hint === undefined ? {} : { fix: error.hint };
    return [fail(name, error.message, { ...details, data: { code: error.code, ...error.data } })];
  }
}
