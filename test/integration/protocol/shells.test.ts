import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lacksTool } from '../../support/processes.ts';
import { makeSandbox, PROJECT, type Sandbox } from '../../support/sandbox.ts';
import { countNodeStarts, loading, presentShells, type Shell, type } from './support/shells.ts';

const SCRIPT = '.agent-os/bin/load-context.sh';
const HOSTILE = 'a `tick` $HOME "double" \'single\' \\n $(exit 1) !! %s *\n\tsecond line ünïcode\n- end';

async function openRepository(sandbox: Sandbox): Promise<string> {
  const repository = await sandbox.repository('ada');
  await sandbox.json(repository, ['init']);
  return repository;
}

async function inboxOf(sandbox: Sandbox, repository: string, agent: string): Promise<readonly string[]> {
  const { messages } = (await sandbox.json(repository, ['inbox', '--agent', agent])) as {
    messages: { body: string }[];
  };
  return messages.map(({ body }) => body);
}

describe.each(presentShells())('in %s', (shell) => {
  test('loading prints the context with one start of Node, and stays in the folder', async () => {
    const counted = countNodeStarts(await makeSandbox());
    const sandbox = await makeSandbox({ PATH: counted.path });
    const repository = await openRepository(sandbox);
    const before = counted.starts().length;
    const done = await type(sandbox, shell, repository, `${loading(shell, SCRIPT, 'go-backend')}\npwd`);
    expect(done).toMatchObject({ exitCode: 0, stderr: '' });
    expect(done.stdout).toMatch(/^Context of go-backend\n/);
    expect(done.stdout.trimEnd().split('\n').at(-1)).toBe(repository);
    expect(counted.starts().slice(before)).toEqual([expect.stringContaining('context --sourced go-backend')]);
  });

  test('without an argument it only defines, whatever its caller was given', async () => {
    const counted = countNodeStarts(await makeSandbox());
    const sandbox = await makeSandbox({ PATH: counted.path });
    const repository = await openRepository(sandbox);
    const before = counted.starts().length;
    // POSIX sh cannot tell its own arguments from those of the file: there only what is no agent's name is safe.
    const word = shell === 'dash' ? '--verbose' : 'production';
    writeFileSync(
      join(repository, 'script'),
      `set -eu\ncd() { exit 9; }\n. "${SCRIPT}" 2>/dev/null\ncommand -v lock_resource\n`,
    );
    const done = await sandbox.start(shell, ['script', word], repository).result;
    expect(done).toMatchObject({ exitCode: 0, stdout: 'lock_resource\n', stderr: '' });
    expect(counted.starts().slice(before)).toEqual([]);
  });

  test('whether it has an argument does not depend on how the file is named, or what stands around it', async () => {
    const sandbox = await makeSandbox();
    const repository = await openRepository(sandbox);
    const script = join(repository, 'script');
    symlinkSync(join(repository, SCRIPT), join(repository, 'lc'));
    const run = async (line: string, ...words: string[]) => {
      writeFileSync(script, `set -eu\nLC='${join(repository, SCRIPT)}'\n${line}\n`);
      const done = await sandbox.start(shell, [script, ...words], repository).result;
      expect(done, line).toMatchObject({ exitCode: 0, stderr: '' });
      return done.stdout.split('\n')[0];
    };
    // POSIX sh takes an agent's name for an argument, and nothing else.
    const words = shell === 'dash' ? ['--verbose', 'Not A Name'] : ['deploy', '--verbose'];
    for (const line of [
      '. "$LC"',
      'F=$LC; . $F 2>/dev/null',
      `[ -f ${SCRIPT} ] && . ${SCRIPT}`,
      `if [ -f ${SCRIPT} ]; then . "./${SCRIPT}"; fi`,
      '. ./lc',
      'load() { . ./lc; }; load --twice',
      'eval ". ./lc"',
      '. ./lc || echo "no load-context.sh here"',
    ])
      for (const word of words) expect(await run(line, word), `${line} of ${word}`).toBe('');
    if (shell === 'dash') {
      expect(await run('set -- go-backend; . "$LC"')).toBe('Context of go-backend');
      return;
    }
    for (const line of [
      '. "$LC" go-backend',
      `AGENT=go-backend; [ -f ${SCRIPT} ] && . ${SCRIPT} "$AGENT" 2>/dev/null`,
      '. ./lc go-backend',
      'load() { . "$@"; }; load ./lc go-backend',
      '. ./lc \\\n  go-backend',
    ])
      expect(await run(line, 'deploy'), line).toBe('Context of go-backend');
  });

  test('every function does its work and returns the exit code of the command line', async () => {
    const sandbox = await makeSandbox();
    const repository = await openRepository(sandbox);
    writeFileSync(join(repository, 'recap.md'), '# Recap from a file\n');
    writeFileSync(join(repository, 'api doc.md'), 'API');
    writeFileSync(join(repository, 'text'), HOSTILE);
    const code = (line: string) =>
      `c=0; { ${line}; } >/dev/null 2>&1 || c=$?; echo "$c ${line.split(' ')[0]}"`;
    const done = await type(
      sandbox,
      shell,
      repository,
      [
        `. ${SCRIPT}`,
        'TEXT=$(cat text)',
        code('check_agent_active go-backend'),
        code('announce_agent_start go-backend "$TEXT"'),
        code('check_agent_active go-backend'),
        code('lock_resource database-schema go-backend --reason "$TEXT"'),
        code('announce_agent_start other "work"'),
        code('lock_resource database-schema other'),
        code('unlock_resource database-schema other'),
        code('send_agent_message go-backend sveltekit-specialist "$TEXT"'),
        code('send_agent_message go-backend sveltekit-specialist - < text'),
        code('check_messages sveltekit-specialist'),
        code('AGENT_OS_AGENT=go-backend update_project_state .critical_context.current_focus "$TEXT"'),
        code('AGENT_OS_AGENT=go-backend update_project_state limits \'{"requests": 100}\''),
        code('log_agent_activity go-backend "$TEXT"'),
        code('create_recap go-backend recap.md'),
        code('printf "# From stdin" | create_recap go-backend'),
        code('handoff_to go-backend reviewer "$TEXT" "api doc.md" recap.md'),
        code('unlock_resource database-schema go-backend'),
        code('announce_agent_completion go-backend "$TEXT"'),
        code('check_agent_active go-backend'),
        code('announce_agent_start "Not An Agent" task'),
        code('announce_agent_start go-backend'),
      ].join('\n'),
    );
    expect({ stderr: done.stderr, exitCode: done.exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(done.stdout.trimEnd().split('\n')).toEqual([
      '1 check_agent_active',
      '0 announce_agent_start',
      '0 check_agent_active',
      '0 lock_resource',
      '0 announce_agent_start',
      '3 lock_resource',
      '3 unlock_resource',
      '0 send_agent_message',
      '0 send_agent_message',
      '0 check_messages',
      '0 AGENT_OS_AGENT=go-backend',
      '0 AGENT_OS_AGENT=go-backend',
      '0 log_agent_activity',
      '0 create_recap',
      '0 printf',
      '0 handoff_to',
      '0 unlock_resource',
      '0 announce_agent_completion',
      '1 check_agent_active',
      '2 announce_agent_start',
      '2 announce_agent_start',
    ]);
    expect(await inboxOf(sandbox, repository, 'sveltekit-specialist')).toEqual([HOSTILE, HOSTILE]);
    expect(await sandbox.json(repository, ['state', 'get'])).toMatchObject({
      value: { critical_context: { current_focus: HOSTILE }, limits: { requests: 100 } },
    });
    expect(await sandbox.json(repository, ['log', 'show'])).toMatchObject({ entries: [{ text: HOSTILE }] });
    expect(await sandbox.json(repository, ['recap', 'list'])).toMatchObject({
      recaps: [{ title: 'From stdin' }, { title: 'Recap from a file' }],
    });
    expect(await sandbox.json(repository, ['inbox', '--agent', 'reviewer'])).toMatchObject({
      messages: [
        { kind: 'handoff', body: HOSTILE, attachments: [{ name: 'api doc.md' }, { name: 'recap.md' }] },
      ],
    });
  });

  test('100 KB of JSON and more arrive as they are, and a failure ends a strict script', async () => {
    const sandbox = await makeSandbox();
    const repository = await openRepository(sandbox);
    const json = JSON.stringify(Array.from({ length: 4000 }, (_, n) => ({ n, text: '`$x` "q" \\ \'' })));
    expect(json.length).toBeGreaterThan(131_072); // over what a system allows one argument to have
    writeFileSync(join(repository, 'big.json'), json);
    const done = await type(
      sandbox,
      shell,
      repository,
      [
        `. ${SCRIPT}`,
        'send_agent_message go-backend reviewer "$(cat big.json)"',
        'send_agent_message "Not An Agent" reviewer "$(cat big.json)"',
        'echo not reached',
      ].join('\n'),
    );
    expect(done.exitCode).toBe(2);
    expect(done.stdout).toMatch(/^Sent [^\n]*\n$/);
    expect(done.stderr).toContain("error: 'Not An Agent' is not an agent name\n");
    expect(done.stderr).not.toContain('Broken pipe');
    expect(await inboxOf(sandbox, repository, 'reviewer')).toEqual([json]);
  });
});

test.each(
  presentShells().flatMap((shell): [string, Shell, string][] => {
    const lines = 'IFS=x; set -f; set -C; alias node=false 2>/dev/null || true';
    const more = {
      bash: 'shopt -s extglob nullglob nocasematch failglob; set -o posix',
      zsh: 'setopt extended_glob sh_word_split ksh_arrays glob_subst null_glob rc_quotes 2>/dev/null',
      dash: ':',
    };
    return [[`${shell} with unusual options`, shell, `${lines}; ${more[shell]}`]];
  }),
)('%s', async (_, shell, options) => {
  const sandbox = await makeSandbox();
  const repository = await openRepository(sandbox);
  writeFileSync(join(repository, 'x.md'), '1');
  writeFileSync(join(repository, 'y x.md'), '2');
  const names = {
    bash: 'compgen -v',
    zsh: '(emulate -R zsh; print -l -- $parameters[(I)*])',
    dash: "set | sed -n 's/^\\([A-Za-z_][A-Za-z0-9_]*\\)=.*/\\1/p'",
  }[shell];
  const done = await type(
    sandbox,
    shell,
    repository,
    [
      `${names} > before`,
      options,
      loading(shell, SCRIPT, 'go-backend'),
      'send_agent_message go-backend reviewer "axb  c * [d]" "e"',
      'handoff_to go-backend reviewer text x.md "y x.md"',
      'update_project_state focus "a: b"',
      `${names} > after`,
      'echo "IFS is $IFS"',
    ].join('\n'),
  );
  expect(done.exitCode).toBe(0);
  expect(done.stdout).toMatch(/^Context of go-backend\n[\s\S]*\nIFS is x\n$/);
  expect(await inboxOf(sandbox, repository, 'reviewer')).toEqual(['axb  c * [d] e', 'text']);
  expect(await sandbox.json(repository, ['state', 'get', 'focus'])).toMatchObject({ value: 'a: b' });
  const [before, after] = ['before', 'after'].map((name) =>
    readFileSync(join(repository, name), 'utf8').trimEnd().split('\n'),
  );
  const left = after?.filter((name) => before?.includes(name) === false) ?? [];
  // What the shells themselves set as they go.
  expect(left.filter((name) => !/^(BASH_.*|_|OPT[A-Z]+|PIPESTATUS|POSIXLY_CORRECT)$/.test(name))).toEqual([]);
});

test('a program that is missing is named plainly, and looked for on the PATH', async () => {
  const sandbox = await makeSandbox();
  const repository = await openRepository(sandbox);
  const script = join(repository, SCRIPT);
  const text = readFileSync(script, 'utf8');
  expect(text).toContain(join(PROJECT, 'bin/agent-os.js'));
  writeFileSync(script, text.replace(join(PROJECT, 'bin/agent-os.js'), '/nowhere/agent-os.js'));
  const line = `. ${SCRIPT}; check_messages go-backend || echo "exit $?"`;
  const missing = await type(sandbox, 'bash', repository, line);
  expect(missing.stdout).toBe('exit 127\n');
  expect(missing.stderr).toMatch(
    /^agent-os: the program is missing: neither \/nowhere\/agent-os\.js nor .* install it/,
  );
  mkdirSync(sandbox.path('bin'));
  writeFileSync(sandbox.path('bin/agent-os'), '#!/bin/sh\necho "found: $*"\n', { mode: 0o755 });
  const found = await type(sandbox, 'bash', repository, `PATH='${sandbox.path('bin')}:'$PATH; ${line}`);
  expect(found).toMatchObject({ stdout: 'found: inbox --agent=go-backend\n', stderr: '' });
});

test('the script is replaced when another version rendered it, and left alone when somebody changed it', async () => {
  const sandbox = await makeSandbox();
  const repository = await openRepository(sandbox);
  const script = join(repository, SCRIPT);
  const current = readFileSync(script, 'utf8');
  expect(statSync(script).mode & 0o111).not.toBe(0);
  appendFileSync(script, 'mine() { :; }\n');
  await sandbox.json(repository, ['init']);
  expect(readFileSync(script, 'utf8')).toBe(`${current}mine() { :; }\n`);
  rmSync(script);
  await sandbox.json(repository, ['status']);
  expect(readFileSync(script, 'utf8')).toBe(current);
});

test('an installed package renders a script that finds it, whatever its folder is called', async () => {
  const sandbox = await makeSandbox();
  const repository = await sandbox.repository('ada');
  const packed = execFileSync(
    'npm',
    ['pack', '--silent', '--ignore-scripts', '--no-update-notifier', '--pack-destination', sandbox.root],
    {
      cwd: PROJECT,
      encoding: 'utf8',
    },
  ).trim();
  execFileSync('tar', ['-xzf', sandbox.path(packed), '-C', sandbox.root]);
  const place = sandbox.path(`it's "$HOME" \`here\``);
  renameSync(sandbox.path('package'), place);
  const launcher = join(place, 'bin/agent-os.js');
  const made = await sandbox.start(process.execPath, [launcher, 'init', '--no-input'], repository).result;
  expect(made).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(/^Next: .*\n$/) });
  const done = await type(sandbox, 'bash', repository, `source ${SCRIPT} go-backend`);
  expect(done).toMatchObject({ exitCode: 0, stderr: '' });
  expect(done.stdout).toMatch(/^Context of go-backend/);
});

test.skipIf(lacksTool('shellcheck'))(
  'shellcheck finds nothing in the script, for sh and for bash',
  async () => {
    const folder = await makeSandbox();
    const repository = await openRepository(folder);
    for (const dialect of ['sh', 'bash']) {
      execFileSync('shellcheck', ['-s', dialect, join(PROJECT, 'templates/load-context.sh')]);
      execFileSync('shellcheck', ['-s', dialect, join(repository, SCRIPT)]);
    }
  },
);
