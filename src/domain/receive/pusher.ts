import type { AgentName } from '../names.ts';

/** The agents that whoever pushes may act for; null: the server does not tell its users apart. */
export type Pusher = ReadonlySet<AgentName> | null;

/** Whether the pusher may act for an agent, as far as the server can tell. */
export function mayActFor(pusher: Pusher, agent: AgentName): boolean {
  return pusher === null || pusher.has(agent);
}
