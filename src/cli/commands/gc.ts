import { collectGarbage, type Removed } from '../../app/maintenance.ts';
import type { CommandSpec } from '../command-spec.ts';
import { given } from '../given.ts';
import { published } from '../publish.ts';
import { dim, type Line } from '../text.ts';

export const command: CommandSpec = {
  name: 'gc',
  summary: 'remove what is older than policy keeps',
  description:
    'Remove what is older than `retention` of config.yaml keeps: read messages and their files, logs, ended sessions, ' +
    'merged outboxes and tombstones of locks. Files of the branch stay in its history.',
  options: [{ flags: '--dry-run', description: 'say what would be removed' }],
  examples: ['agent-os gc --dry-run', 'agent-os gc'],
  async run(invocation) {
    const { values, agent, workspace: open } = invocation;
    const workspace = await open();
    const dryRun = values.flag('dryRun');
    const removed = await collectGarbage(workspace, { dryRun, ...given({ agent }) });
    const output = { data: { removed, dryRun }, text: describe(removed, dryRun) };
    return dryRun || removed.paths.length === 0 ? output : published(invocation, workspace, output);
  },
};

function describe({ paths, refs }: Removed, dryRun: boolean): Line[] {
  if (paths.length + refs.length === 0) return ['Nothing is older than policy keeps.'];
  const verb = dryRun ? 'Would remove' : 'Removed';
  return [
    `${verb} ${paths.length} files from the branch and ${refs.length} refs from the remote:`,
    ...[...paths, ...refs].map((name) => dim(`  ${name}`)),
  ];
}
