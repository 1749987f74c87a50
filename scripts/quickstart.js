// Everything that a fresh checkout needs, and then the demo: two agents in two clones play the whole protocol.
import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

const project = resolve(import.meta.dirname, '..');

if (!isInstalled()) run('npm', ['ci', '--no-audit', '--no-fund']);
run(process.execPath, [join(project, 'scripts/build.js'), '--no-types']);
run(process.execPath, [join(project, 'bin/agent-os.js'), 'demo']);

/** npm writes its own lock file last: packages that were installed before the lock file changed are not these. */
function isInstalled() {
  const installed = join(project, 'node_modules/.package-lock.json');
  return (
    existsSync(installed) &&
    statSync(installed).mtimeMs >= statSync(join(project, 'package-lock.json')).mtimeMs
  );
}

function run(command, args) {
  try {
    execFileSync(command, args, { cwd: project, stdio: 'inherit' });
  } catch (error) {
    process.exit(error.status ?? 1);
  }
}
