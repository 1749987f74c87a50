import { type Hook, hookCommand, removeBlock } from './hook-text.ts';

export const PRE_COMMIT_FILE = '.pre-commit-config.yaml';

/**
 * pre-commit's configuration with an entry for each hook that pre-commit runs, before all others; between marks, so that
 * every other byte stays.
 * @returns null where the list of repositories is not found, as in `repos: []`
 */
export function editPreCommit(text: string, hooks: readonly Hook[]): string | null {
  const bare = removeBlock(text) ?? '';
  if (hooks.length === 0) return bare;
  const [found, indent] =
    /^repos:[ \t]*(?:#[^\n]*)?\r?\n(?:[ \t]*(?:#[^\n]*)?\r?\n)*([ \t]*)- /m.exec(bare) ?? [];
  if (found === undefined || indent === undefined) return null;
  const at = bare.indexOf(found) + found.indexOf('\n') + 1;
  const lines = [
    '# >>> agent-os: `agent-os hooks uninstall` removes this',
    '- repo: local',
    '  hooks:',
    ...hooks.flatMap((hook) => [
      `    - id: agent-os-${hook}`,
      '      name: agent-os',
      '      language: system',
      `      entry: sh -c '${hookCommand(hook)} "$@"' sh`,
      '      always_run: true',
      `      pass_filenames: ${hook === 'commit-msg'}`,
      '      verbose: true',
      `      stages: [${hook}]`,
    ]),
    '# <<< agent-os',
  ];
  return `${bare.slice(0, at)}${lines.map((line) => `${indent}${line}\n`).join('')}${bare.slice(at)}`;
}

export function hasPreCommitEntry(text: string, hook: Hook): boolean {
  return text.includes(`- id: agent-os-${hook}\n`);
}
