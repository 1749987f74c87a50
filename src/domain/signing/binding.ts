/** What ties a signed commit to its place: a commit names its parents by itself, and these trailers its ref and sender. */
import type { AgentName, RefName } from '../names.ts';
import { AGENT_TRAILER } from '../trailers.ts';

const REF_TRAILER = 'Agent-OS-Ref';

/** The trailer that keeps a signed commit from being replayed on another ref; the ref by its name on the remote. */
export function refTrailer(ref: RefName): string {
  return `${REF_TRAILER}: ${ref}`;
}

export interface Binding {
  /** Refs that the message names. */
  readonly refs: ReadonlySet<string>;
  /** Agents that it names, whether their names are allowed or not. */
  readonly agents: ReadonlySet<string>;
}

/** Every line counts, wherever it stands, so that no second one contradicts the first. */
export function readBinding(message: string): Binding {
  const valuesOf = (key: string) =>
    new Set(
      [...message.matchAll(new RegExp(`^${key}:[ \\t]*(.*?)[ \\t\\r]*$`, 'gm'))].map(
        ([, value = '']) => value,
      ),
    );
  return { refs: valuesOf(REF_TRAILER), agents: valuesOf(AGENT_TRAILER) };
}

/** The trailer that names who acts. */
export function agentTrailer(agent: AgentName): string {
  return `${AGENT_TRAILER}: ${agent}`;
}
