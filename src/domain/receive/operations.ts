import { type AgentName, isAgentName } from '../names.ts';
import { isOperationId, parseOperationId } from '../operation.ts';
import { mayActFor, type Pusher } from './pusher.ts';

interface Arrived {
  readonly oid: string;
  readonly message: string;
}

/** What init writes of its own accord, for whoever runs it. */
const EVERYBODY = new Set(['agent-os']);

/** Operations that arrive with a push and name an agent that the pusher may not act for. */
export function judgeAuthors(arrived: readonly Arrived[], pusher: Pusher): readonly string[] {
  if (pusher === null) return [];
  return arrived.flatMap(({ oid, message }) => {
    const agent = /^Agent-OS-Agent: (\S+)$/m.exec(message)?.[1];
    if (agent === undefined || EVERYBODY.has(agent)) return [];
    if (isAgentName(agent) && mayActFor(pusher, agent as AgentName)) return [];
    return [`${oid.slice(0, 12)} is an operation of ${agent}, whom you may not act for`];
  });
}

/** Operations that arrive in an outbox that exists, and were made in another clone: only its own clone moves it. */
export function judgeOutboxAuthors(arrived: readonly Arrived[], clone: string): readonly string[] {
  return arrived.flatMap(({ oid, message }) => {
    const id = /^Agent-OS-Op: (\S+)$/m.exec(message)?.[1];
    if (id === undefined || !isOperationId(id) || parseOperationId(id).clone === clone) return [];
    return [`${oid.slice(0, 12)} was made in another clone, and no clone moves the outbox of another`];
  });
}
