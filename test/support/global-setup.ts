import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const project = resolve(import.meta.dirname, '../..');

/**
 * Before any test: build the command line if its sources are newer, and give the test processes themselves (which call
 * git through the sources) an empty home, the usual umask and no git config of the machine's owner.
 */
export function setup(): () => void {
  process.umask(0o022);
  if (isStale()) build();
  const home = mkdtempSync(join(tmpdir(), 'agent-os-home-'));
  writeFileSync(join(home, '.gitconfig'), '');
  for (const name of Object.keys(process.env)) {
    if (/^(GIT|AGENT_OS|XDG|LC)_/.test(name)) delete process.env[name];
  }
  Object.assign(process.env, {
    HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: join(home, '.gitconfig'),
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
    TZ: 'UTC',
  });
  return () => rmSync(home, { recursive: true, force: true });
}

function isStale(): boolean {
  const built = join(project, 'dist/cli/main.cjs');
  if (!existsSync(built)) return true;
  const builtAt = statSync(built).mtimeMs;
  const sources = readdirSync(join(project, 'src'), { recursive: true }).map((path) =>
    join('src', String(path)),
  );
  return [...sources, 'scripts/build.js', 'package.json'].some(
    (path) => statSync(join(project, path)).mtimeMs > builtAt,
  );
}

/** A failed build fails the tests that run the command line, with its own message, and no others. */
function build(): void {
  try {
    execFileSync(process.execPath, ['scripts/build.js', '--no-types'], { cwd: project, stdio: 'inherit' });
  } catch {
    rmSync(join(project, 'dist/cli/main.cjs'), { force: true });
  }
}
