const { readFileSync, writeFileSync } = require('node:fs');
const { dirname } = require('node:path');
const vm = require('node:vm');

/** The bundle begins with a comment of this length that says which build it is, and so does its compiled form. */
const MARK = 20;

/**
 * The exports of a CommonJS bundle. V8's compiled form of it, which the build leaves beside it, saves most of the
 * time that compiling takes; V8 itself refuses one that was made by another version, and compiles then.
 */
exports.loadBundle = function loadBundle(path) {
  const source = readFileSync(path, 'latin1'); // the bundle is ASCII
  const script = new vm.Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
    filename: path,
    cachedData: readCache(`${path}.cache`, source.slice(0, MARK)),
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  // The build runs the commands that start-up matters for, and keeps what was compiled on the way.
  const target = process.env.AGENT_OS_BUILD_CACHE;
  if (target) process.on('exit', () => writeCache(target, source, script));
  const module = { exports: {} };
  script.runInThisContext()(module.exports, require, module, path, dirname(path));
  return module.exports;
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

function writeCache(path, source, script) {
  writeFileSync(path, Buffer.concat([Buffer.from(source.slice(0, MARK)), script.createCachedData()]));
}
