import { dirname, join } from 'node:path';
import { AgentOsError } from '../../domain/errors.ts';
import {
  BARE_ALONE,
  groupProof,
  isBareAlone,
  isBroken,
  nameHooks,
  nameWorktrees,
} from '../../hooks/group-proof.ts';
import type { InstallReport } from '../../hooks/install.ts';
import type { ProvenHook } from '../../hooks/prove.ts';
import type { CommandGroup, CommandOutput, CommandSpec } from '../command-spec.ts';
import { runHook } from '../hook-run.ts';
import { findLauncher } from '../launcher.ts';
import { bad, dim, good, type Line, paragraph, strong, table, warn } from '../text.ts';

const VERBOSE = { flags: '--verbose', description: 'a line for each hook of each worktree' } as const;
const DRY_RUN = { flags: '--dry-run', description: 'say what would be changed' } as const;

const install: CommandSpec = {
  name: 'install',
  summary: 'lead git to the hooks of agent-os, and prove that it gets there',
  description:
    'Lead git to the hooks of agent-os in the way that fits what is there (plain hooks, husky, lefthook, pre-commit, ' +
    'core.hooksPath), and prove that it gets there. Other hooks go on with their input, arguments and exit codes. Safe ' +
    'to repeat, also after another manager has rewritten its files. Exit code 1 when git does not reach one of them in ' +
    'this worktree.',
  options: [DRY_RUN],
  examples: ['agent-os hooks install --dry-run', 'agent-os hooks install'],
  async run({ values, workspace: open }) {
    const { installHooks } = await import('../../hooks/install.ts');
    const dryRun = values.flag('dryRun');
    const report = await installHooks(await open(), { dryRun, ...places() });
    return describeInstall(report, dryRun);
  },
};

const uninstall: CommandSpec = {
  name: 'uninstall',
  summary: 'take back everything that install has changed',
  description:
    'Take back everything that install has changed, in every worktree: files are byte for byte as they were; from one ' +
    'that others have changed since, only the part of agent-os goes.',
  options: [DRY_RUN],
  examples: ['agent-os hooks uninstall --dry-run', 'agent-os hooks uninstall'],
  async run({ values, workspace: open }) {
    const { uninstallHooks } = await import('../../hooks/install.ts');
    const dryRun = values.flag('dryRun');
    const { edits, left } = await uninstallHooks(await open(), { dryRun, ...places() });
    const none = dryRun ? 'There is nothing to take back.' : 'Nothing of agent-os is left in the hooks.';
    const isSilent = left.length > 0 || (dryRun && edits.length > 0);
    return {
      data: { edits, left, dryRun },
      text: [...editLines({ edits }, dryRun), ...(isSilent ? [] : [none])],
      notes: left.length === 0 ? [] : leftLines(left),
    };
  },
};

const status: CommandSpec = {
  name: 'status',
  summary: 'prove in each worktree that git reaches the hooks, and say which are silently dead',
  description:
    'Let git run each hook in each worktree so that it only answers, and say which it does not reach. Exit code 1 when ' +
    'hooks are installed and one of them is not reached.',
  options: [VERBOSE],
  examples: ['agent-os hooks status', 'agent-os hooks status --verbose', 'agent-os hooks status --json'],
  async run({ values, workspace: open }) {
    const { readHookStatus } = await import('../../hooks/install.ts');
    const { proof, launcher } = await readHookStatus(await open(), places());
    const isMoved = launcher !== null && !launcher.isThere;
    const lines = values.flag('verbose') ? eachLine(proof) : proofLines(proof);
    return {
      data: { hooks: proof, launcher },
      text: launcher === null ? ['No hooks are installed: `agent-os hooks install`'] : lines,
      notes: isMoved
        ? [
            [
              warn('warning: '),
              `${launcher.node} or ${launcher.program} is gone; the hooks look elsewhere. Mend it: agent-os hooks install`,
            ],
          ]
        : [],
      ...(launcher !== null && proof.some(({ state }) => isBroken(state)) && { exitCode: 1 }),
    };
  },
};

export const command: CommandGroup = {
  name: 'hooks',
  summary: 'install, prove and remove the git hooks that guard commits and pushes',
  fallback: 'status',
  subcommands: [install, uninstall, status, runHook],
};

/** Where this program is, and its shell files. @throws AgentOsError NOT_FOUND */
export function places() {
  const program = findLauncher();
  if (program === null)
    throw new AgentOsError('NOT_FOUND', 'this program cannot find itself', { hint: 'Install it anew.' });
  return { program, shims: join(dirname(program), '..', 'hooks'), node: process.execPath };
}

function describeInstall(report: InstallReport, dryRun: boolean): CommandOutput {
  const { hooks, edits, snippets, proof } = report;
  return {
    data: { hooks: dryRun ? hooks : proof, routes: hooks, edits, snippets, dryRun },
    text: [
      ...editLines(report, dryRun),
      ...(edits.length === 0 && snippets.length === 0 ? ['Nothing needs to be changed.'] : []),
      ...proofLines(proof),
    ],
    notes: [...disabledLines(report), ...snippetLines(report)],
    ...(!report.isReached && { exitCode: 1 }),
  };
}

function leftLines(left: readonly string[]): Line[] {
  return [
    [
      warn('warning: '),
      'these files are in a worktree that is not there now. Repeat this when it is; until then, what agent-os ' +
        'wrote into them does nothing:',
    ],
    ...left.map((path) => `    ${path}`),
  ];
}

export function disabledLines({ hooks }: Pick<InstallReport, 'hooks'>): Line[] {
  const disabled = hooks.filter(({ isDisabled }) => isDisabled);
  return disabled.map(
    ({ path }) => `${path} was not executable: git did not run it, and it still does not run.`,
  );
}

export function snippetLines({ snippets }: Pick<InstallReport, 'snippets'>): Line[] {
  return snippets.flatMap(({ where, text, instead }): Line[] => [
    [warn('warning: '), `${where} is not ours to change; put this into it:`],
    ...paragraph(text, '    '),
    ...(instead === undefined ? [] : [`or do without it in this repository: ${instead}`]),
  ]);
}

function editLines({ edits }: Pick<InstallReport, 'edits'>, dryRun: boolean): Line[] {
  const verbs = dryRun ? ['Would write', 'Would remove', 'Would move'] : ['Wrote', 'Removed', 'Moved'];
  return edits.map((edit): Line => {
    if (edit.kind === 'config')
      return [`${edit.values.length === 0 ? verbs[1] : verbs[0]} git config `, strong(edit.key)];
    if (edit.kind === 'move') return [`${verbs[2]} `, strong(edit.path), ` to ${edit.to}`];
    return [`${edit.text === null ? verbs[1] : verbs[0]} `, strong(edit.path)];
  });
}

const MARKS = {
  reached: good('reached'),
  declared: good('declared'),
  twice: bad('twice'),
  dead: bad('dead'),
  absent: warn('absent'),
};

function proofLines(proof: readonly ProvenHook[]): Line[] {
  const groups = groupProof(proof);
  const rows = groups.map(({ state, hooks, worktrees, how, fix }) => ({
    cells: [MARKS[state], nameHooks(hooks), dim(nameWorktrees(worktrees)), how],
    fix,
  }));
  return [...withFixes(rows), ...(proof.length > 0 && isBareAlone(proof) ? [BARE_ALONE] : [])];
}

function eachLine(proof: readonly ProvenHook[]): Line[] {
  return withFixes(
    proof.map(({ worktree, hook, state, how, fix }) => ({
      cells: [MARKS[state], hook, dim(worktree), how],
      fix,
    })),
  );
}

function withFixes(
  rows: readonly { readonly cells: Parameters<typeof table>[0][number]; readonly fix: string | undefined }[],
): Line[] {
  return table(rows.map(({ cells }) => cells)).flatMap((line, index): Line[] => {
    const fix = rows[index]?.fix;
    return fix === undefined ? [line] : [line, [dim(`      → ${fix}`)]];
  });
}
