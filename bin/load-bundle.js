const { readFileSync, writeFileSync } = require('node:fs');
const { basename, dirname, join } = require('node:path');
const { pathToFileURL } = require('node:url');
const vm = require('node:vm');

/** Each file begins with a comment of this length that says which build it is, and so does its compiled form. */
const MARK = 20;

/**
 * The exports of a command line that scripts/build.js has cut into chunks. A file holds one chunk or several, as an
 * object of functions by the chunk's name, and is read when the first of them is needed. V8's compiled form of it,
 * which the build leaves beside it, saves most of the time that compiling takes; V8 itself refuses one that was made
 * by another version, and compiles then.
 */
exports.loadBundle = function loadBundle(path) {
  const folder = dirname(path);
  const url = pathToFileURL(path).href;
  const factories = {};
  const modules = {};
  const scripts = {};

  const read = (file) => {
    const source = readFileSync(join(folder, file), 'latin1'); // the files are ASCII
    const script = new vm.Script(source, {
      filename: join(folder, file),
      cachedData: readCache(join(folder, `${file}.cache`), source.slice(0, MARK)),
    });
    scripts[file] = { source, script };
    Object.assign(factories, script.runInThisContext());
  };
  const load = (name) => {
    if (!name.startsWith('./')) return require(name);
    const known = modules[name];
    if (known !== undefined) return known.exports;
    if (factories[name] === undefined) read(name.slice(2));
    const module = { exports: {} };
    modules[name] = module;
    factories[name](module.exports, load, module, url);
    return module.exports;
  };

  // The build runs the commands that start-up matters for, and keeps what was compiled on the way.
  const target = process.env.AGENT_OS_BUILD_CACHE;
  if (target) process.on('exit', () => writeCaches(target, scripts));
  return load(`./${basename(path)}`);
};

/** V8 compares no more than the length of the source, so that it is of the same build is checked here. */
function readCache(path, mark) {
  try {
    const cache = readFileSync(path);
    return cache.latin1Slice(0, MARK) === mark ? cache.subarray(MARK) : undefined;
  } catch {
    return undefined;
  }
}

function writeCaches(folder, scripts) {
  for (const [file, { source, script }] of Object.entries(scripts)) {
    const mark = Buffer.from(source.slice(0, MARK));
    writeFileSync(join(folder, `${file}.cache`), Buffer.concat([mark, script.createCachedData()]));
  }
}
