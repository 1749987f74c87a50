// Imports a TypeScript module of this project: Node 20 cannot, so esbuild bundles it into node_modules/.cache first.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = new URL('../', import.meta.url);

/** The module's exports; `path` is relative to the project's root. */
export async function loadSource(path) {
  const bundle = new URL(`node_modules/.cache/agent-os/${path.replace(/\.ts$/, '.mjs')}`, root);
  await build({
    entryPoints: [fileURLToPath(new URL(path, root))],
    outfile: fileURLToPath(bundle),
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  });
  return import(bundle.href);
}
