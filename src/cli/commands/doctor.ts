import { examine, hasFailed } from '../../app/doctor.ts';
import { attempt, type Check } from '../../app/doctor-check.ts';
import type { Workspace } from '../../app/workspace.ts';
import { checkHome } from '../../home/check-home.ts';
import type { CommandSpec } from '../command-spec.ts';
import { bad, dim, good, type Line, type Styled, table, warn } from '../text.ts';

const MARKS: Record<'ok' | 'warn' | 'fail', Styled> = {
  ok: good('ok'),
  warn: warn('warn'),
  fail: bad('fail'),
};

export const command: CommandSpec = {
  name: 'doctor',
  summary: 'say what works, what does not, and what mends it',
  description:
    'Say what works, what does not, and what mends it. Changes nothing. Exit code 1 when something does not work.',
  examples: ['agent-os doctor', 'agent-os doctor --json'],
  async run({ env, workspace: open, progress }) {
    const workspace = await open();
    progress('examining …');
    const { openHome } = await import('../../compose.ts');
    const home = await openHome(env).catch(() => null); // without one there is nothing to examine
    const checks = [
      ...(await examine(workspace)),
      ...(await attempt('hooks', () => examineHooks(workspace))),
      ...checkHome((await home?.describe(workspace)) ?? null),
    ];
    const lines = table(checks.map(({ status, name, message }) => [MARKS[status], name, message]));
    const text = lines.flatMap((line, index): Line[] => {
      const fix = checks[index]?.fix;
      return fix === undefined ? [line] : [line, [dim(`      → ${fix}`)]];
    });
    return { data: { checks }, text, ...(hasFailed(checks) && { exitCode: 1 }) };
  },
};

async function examineHooks(workspace: Workspace): Promise<readonly Check[]> {
  const [{ checkHooks }, { readHookStatus }, { places }] = await Promise.all([
    import('../../hooks/check-hooks.ts'),
    import('../../hooks/install.ts'),
    import('./hooks.ts'),
  ]);
  return checkHooks(await readHookStatus(workspace, places()));
}
