// Writes schemas/<kind>.v<n>.json from the definitions in src/domain/schema. Run it after changing one of them.
import { mkdir, writeFile } from 'node:fs/promises';
import { loadSource } from './load-source.js';

const { KINDS, jsonSchema } = await loadSource('src/domain/schema/kinds.ts');
const folder = new URL('../schemas/', import.meta.url);
await mkdir(folder, { recursive: true });
for (const [kind, { version }] of Object.entries(KINDS)) {
  await writeFile(
    new URL(`${kind}.v${version}.json`, folder),
    `${JSON.stringify(jsonSchema(kind), null, 2)}\n`,
  );
}
