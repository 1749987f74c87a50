import type { CommandGroup } from '../command-spec.ts';
import { runHook } from '../hook-run.ts';

export const command: CommandGroup = {
  name: 'hooks',
  summary: 'install, prove and remove the git hooks that guard commits and pushes',
  fallback: 'status',
  subcommands: [runHook],
};
