// Breaks the code on purpose, one promise at a time, in a copy of the project, and sees that the named test fails.
// `npm run mutants` runs all of them, `npm run mutants -- NUMBER…` some. A mutant that no test notices is a failure.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { MUTANTS } from './mutants-list.js';

const project = resolve(import.meta.dirname, '..');
const chosen = process.argv.slice(2).map(Number);
let survived = 0;
for (const [index, mutant] of MUTANTS.entries()) {
  if (chosen.length > 0 && !chosen.includes(index + 1)) continue;
  const verdict = judge(mutant);
  if (verdict !== 'caught') survived += 1;
  console.log(`${index + 1}. ${mutant.name}: ${verdict} by '${mutant.test}' (${mutant.file})`);
}
const count = chosen.length === 0 ? MUTANTS.length : chosen.length;
console.log(`${count - survived} of ${count} mutants were caught`);
process.exitCode = survived === 0 ? 0 : 1;

/** Whether the test passes on the code as it is, and fails on the code as the mutant has it. */
function judge(mutant) {
  const copy = copyProject();
  try {
    if (runTest(copy, mutant) !== 'passed') return 'NOT JUDGED, the test does not pass on the code as it is';
    for (const { path, find, replace } of mutant.edits) {
      const text = readFileSync(join(copy, path), 'utf8');
      if (text.split(find).length !== 2) return `NOT JUDGED, ${path} does not have its text once`;
      writeFileSync(
        join(copy, path),
        text.replace(find, () => replace),
      );
    }
    return runTest(copy, mutant) === 'failed' ? 'caught' : 'NOT CAUGHT';
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Every file that git would have in a commit of the work tree, and the installed packages. */
function copyProject() {
  const copy = mkdtempSync(join(tmpdir(), 'agent-os-mutant-'));
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: project,
  });
  for (const path of listed.toString().split('\0').filter(Boolean)) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    cpSync(join(project, path), join(copy, path));
  }
  symlinkSync(join(project, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

/** `failed` only when the named test itself failed: a file that cannot be loaded proves nothing. */
function runTest(copy, { project: kind, file, test }) {
  const results = join(copy, 'results.json');
  const vitest = join(project, 'node_modules/vitest/vitest.mjs');
  const name = test.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const words = ['run', '--project', kind, file, '-t', name, '--reporter=json', `--outputFile=${results}`];
  const run = spawnSync(process.execPath, [vitest, ...words], { cwd: copy, encoding: 'utf8', stdio: 'pipe' });
  let report;
  try {
    report = JSON.parse(readFileSync(results, 'utf8'));
  } catch {
    throw new Error(`${file} could not be run: ${run.stdout}${run.stderr}`);
  }
  rmSync(results);
  const named = report.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(
      ({ fullName, status }) => fullName.includes(test) && status !== 'skipped' && status !== 'pending',
    );
  if (named.length === 0) return 'not found';
  return named.every(({ status }) => status === 'passed') ? 'passed' : 'failed';
}
