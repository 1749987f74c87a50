import { AgentOsError } from '../errors.ts';
import { parseResourceName } from '../names.ts';
import { findPaths } from './path-words.ts';
import type { RoleSection } from './roles.ts';

const WORD = /"([^"\n]+)"|'([^'\n]+)'|([^\s"'`;|&()<>]+)/g;

/**
 * What a definition's text locks for its agent: `lock_resource "x" "agent"` and `agent-os lock x`, wherever they
 * stand, and names that a section about its resources marks as code. Variables and placeholders name nothing.
 */
export function readResources(sections: readonly RoleSection[], name: string): readonly string[] {
  const found = new Set<string>();
  for (const { role, entries } of sections) {
    for (const { text } of entries) {
      for (const [, words = ''] of text.matchAll(/(?<!un)lock_resource\s+([^;&|\n]+)/g)) {
        const [resource, agent = name] = wordsOf(words);
        const isOwn = agent === name || /[$<[{*]/.test(agent) || /^(?:agent|AGENT|NAME|-)/.test(agent);
        if (resource !== undefined && isOwn) found.add(resource);
      }
      for (const [, words = ''] of text.matchAll(/\b(?:git )?agent-os\s+lock\s+([^;&|\n]+)/g)) {
        const all = wordsOf(words);
        const end = all.findIndex((word) => word.startsWith('-'));
        for (const resource of end === -1 ? all : all.slice(0, end)) found.add(resource);
      }
      if (role !== 'resources') continue;
      for (const [, word = ''] of text.matchAll(/`([^`]+)`/g)) {
        if (/^[\p{L}\p{N}][\p{L}\p{N}_.-]*$/u.test(word) && !/_resource$|\.\w{1,4}$/.test(word))
          found.add(word);
      }
    }
  }
  return [...found].filter(isResource);
}

/** The globs that the sections about ownership name. */
export function readOwnedPaths(sections: readonly RoleSection[]): readonly string[] {
  const owned = sections.filter(({ role }) => role === 'owns' || role === 'resources');
  return [
    ...new Set(
      owned.flatMap(({ entries }) =>
        entries.flatMap(({ text, kind }) => (kind === 'code' ? findPaths(`\`${text}\``) : findPaths(text))),
      ),
    ),
  ];
}

/** The words of a command line, up to a comment or the backtick at its end. */
function wordsOf(line: string): string[] {
  const [code = ''] = line.split(/`|\s#/, 1);
  return [...code.matchAll(WORD)].map(([, double, single, bare]) => double ?? single ?? bare ?? '');
}

function isResource(word: string): boolean {
  if (/[$<>[\]{}…]|\.\.\.|^(?:RESOURCE|NAME|resource|name|x)$/.test(word)) return false;
  try {
    parseResourceName(word);
    return true;
  } catch (error) {
    if (error instanceof AgentOsError) return false;
    throw error;
  }
}
