import { parseDuration } from '../duration.ts';
import type { AgentName } from '../names.ts';
import type { Severities } from '../verify/finding.ts';
import type { Config } from './config.ts';
import { type Guards, resolveGuards } from './resolve-guards.ts';
import { resolveSeverities } from './verify-policy.ts';

/** The policy with every default filled in. Durations are whole seconds. */
export interface ResolvedConfig {
  readonly resources: ReadonlyMap<
    string,
    { readonly paths: readonly string[]; readonly description: string | null }
  >;
  /** Agents by group name. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
  readonly locks: {
    readonly ttl: number;
    readonly grace: number;
    readonly maxSkew: number;
    readonly maxUnvouchedSkew: number;
  };
  readonly retention: {
    readonly messages: number;
    readonly logs: number;
    readonly sessions: number;
    readonly tombstones: number;
  };
  readonly guards: Guards;
  readonly verify: Severities;
  /** Agents by the user names of a server of one's own; null: users are not told apart. */
  readonly users: ReadonlyMap<string, readonly AgentName[]> | null;
  /** Users of that server who may change the policy; null: whoever may push the branch. */
  readonly admins: readonly string[] | null;
}

/** Fill in the defaults; null stands for a branch without config.yaml. */
export function resolveConfig(config: Config | null): ResolvedConfig {
  const {
    resources = {},
    groups = {},
    locks = {},
    retention = {},
    guards = {},
    verify = {},
    server = {},
  } = config ?? {};
  return {
    resources: new Map(
      Object.entries(resources).map(([name, { paths, description = null }]) => [
        name,
        { paths, description },
      ]),
    ),
    groups: new Map(Object.entries(groups)),
    locks: {
      ttl: parseDuration(locks.ttl ?? '2h'),
      grace: parseDuration(locks.grace ?? '10s'),
      maxSkew: parseDuration(locks.max_skew ?? '10m'),
      maxUnvouchedSkew: parseDuration(locks.max_unvouched_skew ?? '24h'),
    },
    retention: {
      messages: parseDuration(retention.messages ?? '30d'),
      logs: parseDuration(retention.logs ?? '90d'),
      sessions: parseDuration(retention.sessions ?? '30d'),
      tombstones: parseDuration(retention.tombstones ?? '30d'),
    },
    guards: resolveGuards(guards),
    verify: resolveSeverities(verify),
    users: server.users === undefined ? null : new Map(Object.entries(server.users)),
    admins: server.admins ?? null,
  };
}
