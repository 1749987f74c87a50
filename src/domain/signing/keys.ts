import type { AgentName } from '../names.ts';

/** The keys that cards name, in the form in which git is asked about them. */
export interface TrustedKeys {
  /** The content of an allowed signers file, ssh-keygen(1): each ssh key under a name that is ours. */
  readonly allowedSigners: string;
  /** Whose key it is, by the name in that file, or by `openpgp` and `x509` fingerprint; one key may be several agents'. */
  readonly owners: ReadonlyMap<string, ReadonlySet<AgentName>>;
}

type Key =
  | { readonly kind: 'ssh'; readonly text: string }
  | { readonly kind: 'fingerprint'; readonly text: string };

const SSH =
  /^((?:ssh-(?:ed25519|rsa|dss)|ecdsa-sha2-nistp(?:256|384|521)|sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com) [A-Za-z0-9+/]{16,20000}={0,2})(?:[ \t].*)?$/;
const FINGERPRINT = /^(?:openpgp|x509):(?:0x)?([0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})$/;

/** A key as a card writes it: an ssh public key, its comment left out, or a fingerprint; null for what is neither. */
export function parseKey(written: string): Key | null {
  const text = written.trim();
  const ssh = SSH.exec(text)?.[1];
  if (ssh !== undefined) return { kind: 'ssh', text: ssh };
  const fingerprint = FINGERPRINT.exec(text.replace(/(?<=:.*) /g, ''))?.[1];
  return fingerprint === undefined ? null : { kind: 'fingerprint', text: fingerprint.toUpperCase() };
}

/** What no parser understands is no key: it opens nothing. */
export function trustKeys(
  cards: Iterable<{ readonly agent: AgentName; readonly keys: readonly string[] }>,
): TrustedKeys {
  const owners = new Map<string, Set<AgentName>>();
  const names = new Map<string, string>();
  for (const { agent, keys } of cards) {
    for (const key of keys.map(parseKey)) {
      if (key === null) continue;
      const name =
        key.kind === 'fingerprint' ? key.text : (names.get(key.text) ?? `key-${names.size}@agent-os`);
      if (key.kind === 'ssh') names.set(key.text, name);
      owners.set(name, (owners.get(name) ?? new Set()).add(agent));
    }
  }
  const lines = [...names].map(([key, name]) => `${name} namespaces="git" ${key}\n`);
  return { allowedSigners: lines.join(''), owners };
}
