import type { Card } from '../schema/card.ts';
import { findPaths } from './path-words.ts';
import { plainText } from './plain-text.ts';
import type { RoleSection } from './roles.ts';

export type CardTrigger = NonNullable<Card['triggers']>[number];

/** Kinds of commits by the conventional commits that people use. */
const KINDS = ['feat', 'fix', 'perf', 'refactor', 'docs', 'test', 'build', 'ci', 'chore', 'style', 'revert'];
const KIND = new RegExp(`^(${KINDS.join('|')})(\\([\\w./-]+\\))?(!)?:?$`);
const MAX_WHEN = 300;

/**
 * What an agent wants to be told of, as the sections about triggers list it. Globs, kinds of commits and trailers are
 * taken from what a point marks as code; a point that has none says it in words only, and no commit matches it.
 */
export function readTriggers(sections: readonly RoleSection[]): readonly CardTrigger[] {
  const found = new Map<string, CardTrigger>();
  for (const { role, entries } of sections) {
    if (role !== 'triggers') continue;
    for (const { kind, text, columns } of entries) {
      const isSaid = kind === 'item' || (kind === 'row' && columns.length > 0);
      const isProse = kind === 'text' && findPaths(text).length > 0;
      if (!isSaid && !isProse) continue;
      const trigger = readTrigger(text);
      if (trigger !== null) found.set(trigger.when, trigger);
    }
  }
  return [...found.values()];
}

/** One trigger from words; null when nothing is said. */
export function readTrigger(text: string): CardTrigger | null {
  const when = plainText(text).slice(0, MAX_WHEN);
  if (!/[\p{L}\p{N}]/u.test(when)) return null;
  const [commits, trailers] = [findKinds(text), findTrailers(text)];
  const taken = new Set(trailers);
  const paths = findPaths(text).filter((path) => !taken.has(path));
  return {
    when,
    ...(paths.length > 0 && { paths }),
    ...(commits.length > 0 && { commits }),
    ...(trailers.length > 0 && { trailers }),
  };
}

function findKinds(text: string): string[] {
  const marked = [...text.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word.trim());
  const bare = /\bcommits?\b/i.test(text) ? text.split(/[\s,;"'`/]+/) : [];
  const kinds = [...marked, ...bare].flatMap((word) => {
    const [, kind, scope = '', bang = ''] = KIND.exec(word) ?? [];
    const isMeant = kind !== undefined && (word.includes(':') || /\bcommits?\b/i.test(text));
    return isMeant ? [`${kind}${scope}${bang}`] : [];
  });
  const breaking = /\bbreaking[- ]changes?\b/i.test(text) && /\bcommits?\b/i.test(text) ? ['breaking'] : [];
  return [...new Set([...kinds, ...breaking])];
}

function findTrailers(text: string): string[] {
  const isSaid = /\btrailers?\b/i.test(text);
  const marked = [...text.matchAll(/`([^`]+)`/g)].flatMap(([, word = '']) => {
    const [, key, colon, value = ''] = /^([A-Za-z][A-Za-z0-9-]*)\s*(:)?\s*(.*)$/.exec(word.trim()) ?? [];
    if (key === undefined || KIND.test(`${key}:`)) return [];
    const looksLikeOne = isSaid
      ? colon !== undefined || value === ''
      : colon !== undefined && key.includes('-');
    return looksLikeOne && /^[A-Z]/.test(key) ? [value === '' ? key : `${key}: ${value}`] : [];
  });
  return [...new Set(marked)];
}
