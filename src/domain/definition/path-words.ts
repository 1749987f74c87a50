import { AgentOsError } from '../errors.ts';
import { parsePathPattern } from '../locks/path-pattern.ts';

const FILE_NAME = /^\.?[\w-]+(?:\.[\w-]+)*\.(?:[a-z]{1,5}|mjs|cjs|jsonc|toml|yaml|svelte)$/;
const KNOWN_FILE =
  /^(?:Dockerfile|Makefile|Justfile|Procfile|Gemfile|Jenkinsfile|CODEOWNERS|go\.mod|go\.sum)$/;

/**
 * The globs that a text names: what it marks as code and reads like a path, and unmarked words with a `*`. A pattern
 * without a folder, `*.go`, is meant in every folder.
 */
export function findPaths(text: string): string[] {
  const marked = [...text.matchAll(/`([^`]+)`/g)].flatMap(([, words = '']) => words.split(/[\s,]+/));
  const bare = text
    .replace(/`[^`]*`/g, ' ')
    .replace(/\*\*([^*\s][^*]*)\*\*/g, '$1')
    .split(/[\s,;()"']+/)
    .filter((word) => word.includes('*') && /[./]/.test(word));
  return [...new Set([...marked.filter(isPathWord), ...bare].flatMap((word) => asGlob(word) ?? []))];
}

/** A glob as agent-os knows it, from one as people write it; null when it is none. */
export function asGlob(word: string): string | null {
  const trimmed = word
    .trim()
    .replace(/^\.?\/+/, '')
    .replace(/[.,;:]+$/, '');
  const rooted = trimmed.endsWith('/') ? `${trimmed}**` : trimmed;
  const glob = rooted.includes('/') || rooted === '**' ? rooted : `**/${rooted}`;
  try {
    parsePathPattern(glob);
    return glob;
  } catch (error) {
    if (error instanceof AgentOsError) return null;
    throw error;
  }
}

function isPathWord(word: string): boolean {
  if (/^[@$~-]|:\/\/|[<>|=;&"'\\]|^\/?$/.test(word) || word.startsWith('.agent-os/')) return false;
  if (KNOWN_FILE.test(word) || FILE_NAME.test(word)) return true;
  if (/^\/(?:api|v\d)\b/.test(word)) return false; // a route
  return /[*]/.test(word) ? /[./]/.test(word) : /^\.?\/?[\w.@-]+\/(?:[\w.{},[\]@()+-]+\/?)*$/.test(word);
}
