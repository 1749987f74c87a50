import { type Verification, verify } from '../../app/verify/verify.ts';
import { AgentOsError } from '../../domain/errors.ts';
import { quoted } from '../../domain/names.ts';
import { openForCi } from '../ci-workspace.ts';
import type { CommandOutput, CommandSpec } from '../command-spec.ts';
import { given } from '../given.ts';
import { bad, dim, good, type Line, warn } from '../text.ts';

const FORMATS = ['text', 'github', 'sarif', 'junit', 'codequality', 'markdown'] as const;
type Format = (typeof FORMATS)[number];

export const command: CommandSpec = {
  name: 'verify',
  summary: 'say whether commits, locks and the branch are as the policy wants them',
  description:
    'Judge the commits of a range, the locks and the agent-os branch by the policy of config.yaml, as the remote has ' +
    'them now. Without a range: what HEAD has and its upstream does not. Exit code 4 when the policy says no, 5 when ' +
    'something cannot be known, which is never a pass. docs/verify.md describes every rule.',
  arguments: [{ name: 'range', description: 'A..B', optional: true }],
  options: [
    { flags: '--format <format>', description: 'how to print what was found', choices: FORMATS },
    { flags: '--save <format=file...>', description: 'write it in other formats too, in one run' },
    { flags: '--state', description: 'check the branch and all locks, and no commits' },
    {
      flags: '--before <oid>',
      description:
        'the commit that the branch had before and must still have; otherwise where a check passed here last',
    },
    { flags: '--remote <name>', description: 'where the branch and locks are, in a clone that knows none' },
    { flags: '--offline', description: 'go by what was fetched last' },
  ],
  examples: [
    'agent-os verify',
    'agent-os verify origin/main..HEAD --format github --save sarif=agent-os.sarif',
    'agent-os verify --state',
  ],
  async run(invocation) {
    const { values, progress } = invocation;
    const saves = values.list('save').map(parseSave);
    const workspace = await openForCi(invocation);
    progress('asking the remote …');
    const done = await verify(workspace, {
      ...given({ range: values.optional('range'), before: values.optional('before') }),
      stateOnly: values.flag('state'),
      offline: values.flag('offline'),
    });
    const render = async (format: Format) =>
      format === 'text' ? describe(done) : renderFor(format, done, workspace);
    for (const { format, file } of saves) {
      const { writeReport } = await import('../report-file.ts');
      await writeReport(invocation, file, await render(format));
    }
    const format = (values.optional('format') ?? 'text') as Format;
    return conclude(done, await render(format));
  },
};

function parseSave(text: string): { readonly format: Format; readonly file: string } {
  const [, name, file] = /^([a-z]+)=(.+)$/s.exec(text) ?? [];
  const format = FORMATS.find((candidate) => candidate === name);
  if (format !== undefined && file !== undefined) return { format, file };
  throw new AgentOsError('BAD_VALUE', `${quoted(text)} is not FORMAT=FILE`, {
    hint: `For example --save sarif=agent-os.sarif; formats are ${FORMATS.join(', ')}.`,
  });
}

async function renderFor(
  format: Exclude<Format, 'text'>,
  done: Verification,
  { hash, ids }: { readonly hash: (text: string) => string; readonly ids: { nonce(): string } },
): Promise<readonly string[]> {
  switch (format) {
    case 'github':
      return (await import('../../ci/github.ts')).formatGithub(done, ids.nonce());
    case 'sarif': {
      const { readVersion } = await import('../version.ts');
      return [(await import('../../ci/sarif.ts')).formatSarif(done, { version: readVersion(), hash })];
    }
    case 'junit':
      return (await import('../../ci/junit.ts')).formatJunit(done);
    case 'codequality':
      return [(await import('../../ci/code-quality.ts')).formatCodeQuality(done, hash)];
    case 'markdown':
      return (await import('../../ci/markdown.ts')).formatMarkdown(done);
  }
}

function describe({ findings, unknown, commits, range, branch }: Verification): Line[] {
  const what =
    range === null ? 'the branch and all locks' : `${commits} ${commits === 1 ? 'commit' : 'commits'}`;
  return [
    ...unknown.map((text): Line => [warn('unknown '), text]),
    ...findings.flatMap(({ severity, rule, path, commit, message, hint }): Line[] => [
      [
        severity === 'error' ? bad('error ') : warn('warn '),
        dim(`[${rule}] `),
        ...(commit === null ? [] : [`${commit.slice(0, 12)} `]),
        ...(path === null || message.includes(path) ? [] : [`${path}: `]),
        message,
      ],
      ...(hint === null ? [] : [[dim(`      → ${hint}`)]]),
    ]),
    ...(unknown.length > 0 || findings.some(({ severity }) => severity === 'error')
      ? []
      : [
          [
            good('ok '),
            `${what}, with ${branch.ref} at ${branch.tip.slice(0, 12)}${warned(findings.length)}`,
          ],
        ]),
  ];
}

function warned(warnings: number): string {
  if (warnings === 0) return '';
  return `; ${warnings} ${warnings === 1 ? 'warning, which fails' : 'warnings, which fail'} nothing`;
}

function conclude(done: Verification, text: readonly Line[]): CommandOutput {
  const { findings, unknown, range, commits, branch } = done;
  const data = { findings, unknown, range, commits, branch };
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    const rules = [...new Set(errors.map(({ rule }) => rule))].join(', ');
    const error = new AgentOsError(
      'POLICY',
      `the policy says no: ${errors.length} ${errors.length === 1 ? 'finding' : 'findings'} (${rules})`,
      {
        hint: 'Mend what is named above; config.yaml of the branch says how bad each rule is, under `verify`.',
      },
    );
    return { data, text, error };
  }
  if (unknown.length > 0) {
    const error = new AgentOsError(
      'CANNOT_VERIFY',
      `not everything could be found out (${unknown.length} unknown)`,
      {
        hint: 'Not knowing is no pass: mend what is named above, and check again.',
      },
    );
    return { data, text, error };
  }
  return { data, text };
}
