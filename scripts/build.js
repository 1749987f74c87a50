// Builds dist/: the command line in chunks (a lazy import reads the chunk that it needs) with their compiled forms, the
// library, and its types.
// `--no-types` leaves the types out, `--meta` prints what each chunk of the command line is made of.
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
import { basename, dirname, join, resolve } from 'node:path';
import { analyzeMetafile, build, transform } from 'esbuild';

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
    entryPoints: { main: 'src/cli/main.ts' },
    outdir: 'dist/cli',
    splitting: true,
    outExtension: { '.js': '.cjs' },
    alias: {
      // Its ES module, of which the bundle takes only what writes an object.
      'isomorphic-git': join(project, 'node_modules/isomorphic-git/index.js'),
      // The same code without an import of node:crypto: the random numbers are handed to it.
      ulid: join(project, 'node_modules/ulid/dist/browser/index.js'),
      'node:child_process': join(project, 'scripts/bundle/child-process.js'),
      'sha.js/sha1.js': join(project, 'scripts/bundle/sha1.js'),
      pako: join(project, 'scripts/bundle/zlib.js'),
    },
    minify: true,
    metafile: true,
    define: {
      'import.meta.url': '__bundleUrl',
      // isomorphic-git then takes pako and sha.js: what it would use loads all of fetch and Web Crypto first.
      CompressionStream: 'undefined',
      'crypto.subtle': 'undefined',
    },
  }),
  build({
    ...shared,
    entryPoints: { index: 'src/index.ts' },
    packages: 'external',
  }),
]).catch(() => process.exit(1)); // esbuild has said why

for (const { path, text } of library.outputFiles) {
  mkdirSync(dirname(path), { recursive: true });
  replaceFile(path, text);
}
await writeCommandLine(join(dist, 'cli'), commandLine);
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

/**
 * Write the chunks that esbuild has cut as files that bin/load-bundle.js reads, each with its compiled form. What every
 * command needs, `main` and `compose` with all that they import, is one file.
 */
async function writeCommandLine(folder, { outputFiles, metafile }) {
  mkdirSync(folder, { recursive: true });
  const chunks = new Map();
  for (const { path, text } of outputFiles) chunks.set(basename(path), await toFactory(text));
  const common = commonChunks(metafile);
  const files = new Map([['main.cjs', [...common]]]);
  for (const name of chunks.keys()) if (!common.has(name)) files.set(name, [name]);
  for (const [file, names] of files) {
    const members = names.map((name) => `${JSON.stringify(`./${name}`)}:${chunks.get(name)}`);
    replaceFile(join(folder, file), markBuild(`({${members.join(',\n')}})`));
  }
  const caches = compileChunks();
  for (const [file, cache] of caches) replaceFile(join(folder, file), cache);
  for (const name of readdirSync(folder))
    if (!files.has(name) && !caches.has(name)) rmSync(join(folder, name));
}

/** A chunk as the text of a function that fills `module.exports`, with `require` for imports of both kinds. */
async function toFactory(text) {
  const { code } = await transform(text, {
    format: 'cjs',
    platform: 'node',
    target: shared.target,
    minify: true,
    supported: { 'dynamic-import': false },
  });
  return `function(exports,require,module,__bundleUrl){${escapeNonAscii(code)}\n}`;
}

/** The chunks that `main` and `compose` consist of. */
function commonChunks({ outputs }) {
  const common = new Set();
  const add = (path) => {
    if (common.has(basename(path))) return;
    common.add(basename(path));
    for (const { path: next, kind } of outputs[path].imports)
      if (kind === 'import-statement' && next in outputs) add(next);
  };
  for (const [path, { entryPoint }] of Object.entries(outputs))
    if (entryPoint === 'src/cli/main.ts' || entryPoint === 'src/compose.ts') add(path);
  return common;
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

/** V8's compiled forms of the chunks that everyday commands use, by file name. */
function compileChunks() {
  const folder = mkdtempSync(join(tmpdir(), 'agent-os-build-'));
  try {
    const cache = join(folder, 'cache');
    mkdirSync(cache);
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
    return new Map(readdirSync(cache).map((name) => [name, readFileSync(join(cache, name))]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
