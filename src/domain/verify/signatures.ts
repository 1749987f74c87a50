import { cardPath } from '../layout.ts';
import type { Lease, LockRecord } from '../locks/lock-record.ts';
import type { AgentName, Oid } from '../names.ts';
import { readBinding } from '../signing/binding.ts';
import type { TrustedKeys } from '../signing/keys.ts';
import type { Draft } from './finding.ts';

/** What git says of a commit's signature. */
export interface SignedCommit {
  readonly oid: Oid;
  readonly parents: readonly Oid[];
  readonly message: string;
  /** git's letter, `%G?` of git-log(1): N none, G good, U good by a key of unknown validity, B bad, E unknown … */
  readonly status: string;
  /** Names of the key: in the allowed signers file, its fingerprint, and that of its primary key; empty where there is none. */
  readonly signer: string;
  readonly fingerprint: string;
  readonly primary: string;
}

/** A commit that has to be signed, and the ref that it has to be signed for, by its name on the remote. */
export interface SignedPlace {
  readonly commit: SignedCommit;
  readonly ref: string;
  /** Agents whose leases it gives or renews. */
  readonly holders?: readonly string[];
}

/** What agent-os writes of its own accord, for whoever runs it. */
const EVERYBODY = 'agent-os';

/** Unsigned, bad, by an unknown key, of another agent, or for another ref: the first of these that holds of each commit. */
export function findBadSignatures(places: readonly SignedPlace[], keys: TrustedKeys): readonly Draft[] {
  return places.flatMap((place): Draft[] => {
    const problem = problemOf(place, keys);
    return problem === null
      ? []
      : [{ rule: 'signatures', commit: place.commit.oid, message: problem[0], hint: problem[1] }];
  });
}

/**
 * Agents whose leases a record has, and the one before it had not, or had otherwise: they must have signed it
 * themselves. A lease that goes needs no signature of its holder: it may have run out.
 */
export function newHolders(before: LockRecord | null, after: LockRecord): readonly string[] {
  const isKept = (lease: Lease) => before?.leases.some((old) => isSame(old, lease)) === true;
  return [...new Set(after.leases.filter((lease) => !isKept(lease)).map(({ agent }) => agent))];
}

/** Whether nothing about a lease has changed. */
export function isSame(a: Lease, b: Lease): boolean {
  return (
    a.nonce === b.nonce &&
    a.token === b.token &&
    a.agent === b.agent &&
    a.session === b.session &&
    a.clone === b.clone &&
    a.renewedAt === b.renewedAt &&
    a.expiresAt === b.expiresAt
  );
}

/** Agents that have other keys than before. */
export function changedKeys(
  before: ReadonlyMap<AgentName, readonly string[]>,
  after: ReadonlyMap<AgentName, readonly string[]>,
): readonly AgentName[] {
  const written = (keys: readonly string[] | undefined) => [...(keys ?? [])].sort().join('\n');
  const agents = new Set([...before.keys(), ...after.keys()]);
  return [...agents].filter((agent) => written(before.get(agent)) !== written(after.get(agent)));
}

/** Who is given other keys in what is checked; only somebody who knows them can say whether that is right. */
export function findNewKeys(...keys: Parameters<typeof changedKeys>): readonly Draft[] {
  return changedKeys(...keys).map((agent) => ({
    rule: 'signatures',
    atMost: 'warn',
    path: cardPath(agent),
    message: `gives ${agent} other keys than before, which count from the next check on`,
    hint: `Ask whoever answers for ${agent} whether that is right.`,
  }));
}

type Problem = readonly [message: string, hint: string];

function problemOf({ commit, ref, holders = [] }: SignedPlace, keys: TrustedKeys): Problem | null {
  const { status, fingerprint } = commit;
  if (status === 'N') return [`is not signed, and is on ${ref}`, `${SIGN} ${byHand(ref)}`];
  if (status === 'B') return ['has a bad signature: it was changed after it was signed', FIND];
  const owners = ownersOf(commit, keys);
  const key = fingerprint === '' ? 'a key that git does not know here' : `the key ${fingerprint}`;
  if (owners === null) return [`is signed with ${key}, which no card names`, ADD];
  if (status !== 'G' && status !== 'U')
    return [`is signed with ${key}, which has expired or was revoked, or cannot be checked here`, ADD];
  const { refs, agents } = readBinding(commit.message);
  if (agents.size === 0) return ['is signed, and does not say which agent acts', byHand(ref)];
  const claimed = [...agents, ...holders].find((agent) => agent !== EVERYBODY && !owners.has(agent));
  if (claimed !== undefined)
    return [`says that ${claimed} acts, and is signed with a key of ${[...owners].join(', ')}`, FIND];
  if (refs.size === 0) return ['is signed, and does not say for which ref', byHand(ref)];
  const other = [...refs].find((name) => name !== ref);
  return other === undefined ? null : [`was signed for ${other}, and was replayed on ${ref}`, FIND];
}

const SIGN = 'Set `git config agent-os.sign true` in every clone.';
/** What agent-os writes of its own accord. */
const byHand = (ref: string) =>
  `A commit made by hand needs -S and the trailers Agent-OS-Agent: NAME and Agent-OS-Ref: ${ref}; better say it with agent-os: \`agent-os config edit\`, \`agent-os state edit\`, \`agent-os agent add\`.`;
const ADD = 'If the key is right, name it in `keys` of the card, in a push before this one.';
const FIND = 'Find out who pushed it.';

/** Whose key it is; null: nobody's. An ssh key counts only by the name that the allowed signers file gives it. */
function ownersOf(
  { status, signer, fingerprint, primary }: SignedCommit,
  { owners }: TrustedKeys,
): ReadonlySet<string> | null {
  const isSsh = fingerprint.startsWith('SHA256:');
  if (isSsh) return status === 'G' ? (owners.get(signer) ?? null) : null;
  return owners.get(fingerprint) ?? owners.get(primary) ?? null;
}
