import type { AnyCommand } from '../src/cli/command-spec.ts';

export function formatCliPage(
  commands: readonly AnyCommand[],
  errorCodes: Readonly<Record<string, { readonly exit: number; readonly meaning: string }>>,
): string;
