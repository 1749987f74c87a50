/** Runs every benchmark, or those named on the command line, and prints the table of docs/performance.md. */
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { benchCommit } from './commit.js';
import { benchInbox } from './inbox.js';
import { benchPublish } from './publish.js';
import { benchRemoteLock } from './remote-lock.js';
import { benchReport } from './report.js';
import { benchStartUp } from './start-up.js';
import { benchVerify } from './verify.js';

const MEMORY_TARGET = 150;
const benchmarks = {
  'start-up': benchStartUp,
  commit: benchCommit,
  'remote-lock': benchRemoteLock,
  inbox: benchInbox,
  report: benchReport,
  publish: benchPublish,
  verify: benchVerify,
};

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !(name in benchmarks));
if (unknown.length > 0) {
  console.error(`no benchmark ${unknown.join(', ')}; there are ${Object.keys(benchmarks).join(', ')}`);
  process.exit(2);
}

const git = execFileSync('git', ['--version']).toString().trim();
console.log(`${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}, ${git}\n`);
console.log('| what | ours | baseline | ratio | target | | peak memory |');
console.log('|---|---|---|---|---|---|---|');
const notes = [];
for (const [name, bench] of Object.entries(benchmarks)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  for (const row of await bench()) {
    const milliseconds = (value) => `${value.toFixed(1)} ms`;
    const memory =
      row.memory === undefined
        ? ''
        : `${row.memory.toFixed(0)} MB${row.memory > MEMORY_TARGET ? ', missed' : ''}`;
    const verdict = row.ratio <= row.target ? 'met' : 'missed';
    console.log(
      `| ${row.name} | ${milliseconds(row.subject)} | ${milliseconds(row.baseline)} | ${row.ratio.toFixed(2)} | ${row.target} | ${verdict} | ${memory} |`,
    );
    if (row.note !== undefined) notes.push(row.note);
  }
}
for (const note of notes) console.log(`\n${note}`);
