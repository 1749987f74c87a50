import { type AgentName, isAgentName, slug } from '../names.ts';
import type { RoleSection } from './roles.ts';

/** What names of agents end in, so that they are known among other words with hyphens. */
const PROFESSION =
  /-(?:specialist|engineer|agent|backend|frontend|expert|architect|reviewer|developer|dev|designer|admin|ops|devops|dba|lead|tester|qa|writer|analyst|scientist|owner|maintainer|bot|manager|coordinator|planner|auditor|researcher|infra|platform)$/;

/**
 * The specialists that a definition wants to be checked before changes: whoever the sections about that name, and
 * whoever its text asks for with `check_agent_active`.
 */
export function readCoordination(sections: readonly RoleSection[], name: string): readonly AgentName[] {
  const found = new Set<AgentName>();
  for (const { role, entries } of sections) {
    for (const { kind, text } of entries) {
      for (const [, agent = ''] of text.matchAll(/\bcheck_agent_active\s+["']?([a-z0-9_-]+)/g))
        add(found, agent);
      if (role !== 'coordination' || kind === 'code') continue;
      for (const agent of namesIn(text)) add(found, agent);
    }
  }
  found.delete(name as AgentName);
  return [...found];
}

function add(found: Set<AgentName>, word: string): void {
  if (isAgentName(word)) found.add(word);
}

/** Agents that a point names: addressed, marked as code or in bold, or by a profession that their name ends in. */
export function namesIn(text: string): readonly AgentName[] {
  const addressed = [...text.matchAll(/@(?:agent[:/])?([a-z0-9][a-z0-9_-]+)/g)].map(([, word = '']) => word);
  const marked = [...text.matchAll(/`([^`]+)`|\*\*([^*]+)\*\*/g)]
    .map(([, ticked, strong = '']) => (ticked ?? strong).replace(/:$/, '').trim())
    .filter((word) => /^[a-z0-9]+(?:-[a-z0-9]+)+$/.test(word));
  const bare = text.match(/\b[a-z][a-z0-9]*(?:-[a-z0-9]+)+\b/g) ?? [];
  const titled = [
    ...text.matchAll(/\b((?:[A-Z][\w.]*\s+){1,3}(?:Specialist|Engineer|Agent|Reviewer|Architect|Expert))\b/g),
  ].map(([, words = '']) => slug(words.trim()) ?? '');
  const isAgent = (word: string) => PROFESSION.test(word);
  return [...new Set([...addressed, ...marked, ...bare.filter(isAgent), ...titled.filter(isAgent)])].filter(
    isAgentName,
  );
}
