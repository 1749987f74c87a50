import type { AgentName } from '../domain/names.ts';

/** Whether a recap's file is named for an agent: `20261123-backend.md` is go-backend's. */
export function namesAgent(file: string, agent: AgentName): boolean {
  const topic = file.replace(/\.md$/, '').replace(/^[\d-]+/, '');
  return topic !== '' && (agent === topic || agent.endsWith(`-${topic}`));
}
