// Builds dist/: the command line (one file, in which a lazy import runs a module when it is first needed, and its
// compiled form), the library, and its types.
// `--no-types` leaves the types out, `--meta` prints what each file of the command line is made of.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { analyzeMetafile, build } from 'esbuild';

const project = resolve(import.meta.dirname, '..');
const dist = join(project, 'dist');

const shared = {
  absWorkingDir: project,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  legalComments: 'none',
  logLevel: 'warning',
  write: false,
  outdir: 'dist',
};

const [commandLine, library] = await Promise.all([
  build({
    ...shared,
    entryPoints: { 'cli/main': 'src/cli/main.ts' },
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    // Its ES module, of which the bundle takes only what writes an object.
    alias: {
      'isomorphic-git': join(project, 'node_modules/isomorphic-git/index.js'),
      // The same code without an import of node:crypto: the random numbers are handed to it.
      ulid: join(project, 'node_modules/ulid/dist/browser/index.js'),
    },
    minify: true,
    metafile: true,
    define: {
      'import.meta.url': '__bundleUrl',
      // isomorphic-git then deflates and hashes by itself: what it would use loads all of fetch and Web Crypto first.
      CompressionStream: 'undefined',
      'crypto.subtle': 'undefined',
    },
    banner: { js: "var __bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
  }),
  build({
    ...shared,
    entryPoints: { index: 'src/index.ts' },
    packages: 'external',
  }),
]).catch(() => process.exit(1)); // esbuild has said why

const outputs = [...commandLine.outputFiles, ...library.outputFiles];
for (const { path, text } of outputs) {
  mkdirSync(dirname(path), { recursive: true });
  replaceFile(path, path.endsWith('.cjs') ? markBuild(escapeNonAscii(text)) : text);
}
const bundle = join(dist, 'cli/main.cjs');
replaceFile(`${bundle}.cache`, compileBundle());
writeFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), licensesOf(commandLine.metafile));

if (!process.argv.includes('--no-types')) {
  rmSync(join(dist, 'types'), { recursive: true, force: true });
  const compiler = join(project, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { cwd: project, stdio: 'inherit' });
}
if (process.argv.includes('--meta')) console.log(await analyzeMetafile(commandLine.metafile));

/** The licenses of the packages whose code is in the bundle. */
function licensesOf({ inputs }) {
  const folders = Object.keys(inputs).map(
    (path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1],
  );
  const texts = [...new Set(folders)].filter(Boolean).map((folder) => {
    const name = readdirSync(join(project, folder)).find((file) => /^(licen[cs]e|copying)/i.test(file));
    const { license } = JSON.parse(readFileSync(join(project, folder, 'package.json'), 'utf8'));
    const text =
      name === undefined ? `License: ${license}\n` : readFileSync(join(project, folder, name), 'utf8');
    return `${folder.replace(/^.*node_modules\//, '')}\n\n${text}`;
  });
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}

/** A comment of 20 characters that tells builds apart; see bin/load-bundle.js. */
function markBuild(text) {
  return `/*${createHash('sha256').update(text).digest('hex').slice(0, 16)}*/${text}`;
}

/** esbuild leaves regular expressions as they are; a source of one byte a character is read and compiled faster. */
function escapeNonAscii(text) {
  return text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** By a rename, so that a command that starts meanwhile finds the old file or the new one. */
function replaceFile(path, contents) {
  writeFileSync(`${path}.new`, contents);
  renameSync(`${path}.new`, path);
}

/** V8's compiled form of the bundle, with the functions that everyday commands use. */
function compileBundle() {
  const folder = mkdtempSync(join(tmpdir(), 'agent-os-build-'));
  try {
    const cache = join(folder, 'cache');
    const clean = Object.entries(process.env).filter(([name]) => !/^(GIT_|AGENT_OS_)/.test(name));
    const env = {
      ...Object.fromEntries(clean),
      HOME: folder,
      GIT_CONFIG_NOSYSTEM: '1',
      AGENT_OS_BUILD_CACHE: cache,
    };
    execFileSync('git', ['init', '-q', folder], { env });
    const lines = [
      ['init'],
      ['start', 'warm up', '--agent', 'builder'],
      ['lock', 'resource'],
      ['locks'],
      ['send', 'builder', 'text'],
      ['inbox'],
      ['context'],
      ['status'],
      ['state', 'set', 'a.b', '1'],
      ['log', 'add', 'text'],
      ['unlock', '--all'],
      ['done', 'warm'],
    ];
    const input = lines.map((argv) => `${JSON.stringify({ argv: [...argv, '--json'] })}\n`).join('');
    execFileSync(process.execPath, [join(project, 'bin/agent-os.js'), 'batch'], { cwd: folder, env, input });
    return readFileSync(cache);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
