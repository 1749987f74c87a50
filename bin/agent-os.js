#!/usr/bin/env node
// Old syntax only: a Node that is too old must get as far as the message.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  fail(`agent-os needs Node 20.19 or newer, and this is ${process.versions.node}`, 'Install a newer Node.');
} else {
  const { existsSync } = require('node:fs');
  const { join } = require('node:path');
  const bundle = join(__dirname, '../dist/cli/main.cjs');
  if (existsSync(bundle)) require('./load-bundle.js').loadBundle(bundle).main();
  else
    fail(
      'agent-os is not built: dist/cli/main.cjs is missing',
      'Type `npm ci && npm run build` in its folder.',
    );
}

function fail(message, hint) {
  process.stderr.write(`error: ${message}\n  hint: ${hint}\n`);
  process.exitCode = 1;
}
