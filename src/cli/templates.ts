import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isAgentName } from '../domain/names.ts';
import { findLauncher } from './launcher.ts';

/** The names of the agent definitions that this package ships. */
export function listTemplates(): readonly string[] {
  const folder = templateFolder();
  if (folder === null) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => name.slice(0, -'.md'.length))
    .sort();
}

/** The text of the definition of this name; null when none is shipped. */
export function readTemplate(name: string): string | null {
  const folder = templateFolder();
  if (folder === null || !isAgentName(name) || !listTemplates().includes(name)) return null;
  return readFileSync(join(folder, `${name}.md`), 'utf8');
}

function templateFolder(): string | null {
  const launcher = findLauncher();
  return launcher && join(dirname(launcher), '../templates/agents');
}
