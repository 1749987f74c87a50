import { AgentOsError } from './errors.ts';

declare const brand: unique symbol;
type Branded<Base, Name extends string> = Base & { readonly [brand]: Name };

/** Hexadecimal object id, 40 characters (sha1) or 64 (sha256). */
export type Oid = Branded<string, 'Oid'>;
/** Full ref name, `refs/…`. */
export type RefName = Branded<string, 'RefName'>;
/** `[a-z0-9][a-z0-9_-]*`, at most 64 characters. */
export type AgentName = Branded<string, 'AgentName'>;
/** Name of a lockable thing, NFC, 1 to 1,000 bytes, without control characters. */
export type ResourceName = Branded<string, 'ResourceName'>;
/** Identity of one clone (one common git directory): 16 characters of `0-9a-z`. */
export type CloneId = Branded<string, 'CloneId'>;
/** Identity of a session, message, recap or attachment: a ULID, 26 characters, upper case. */
export type RecordId = Branded<string, 'RecordId'>;

const AGENT = /^[a-z0-9][a-z0-9_-]{0,63}$/;
const OID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const RECORD_ID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const CLONE_ID = /^[0-9a-z]{16}$/;

/** A short, printable form of untrusted text for messages: control characters escaped, at most `limit` characters. */
export function quoted(text: string, limit = 60): string {
  const safe = [...text.slice(0, 4 * limit)].map((c) =>
    isControl(c) ? `\\u{${codePoint(c).toString(16)}}` : c,
  );
  if (safe.length <= limit) return `'${safe.join('')}'`;
  return `'${safe.slice(0, limit - 3).join('')}…' (${text.length} characters)`;
}

function codePoint(character: string): number {
  return character.codePointAt(0) ?? 0;
}

/** C0, DEL, C1, line separators, bidirectional controls and lone surrogates: what no name may contain. */
function isControl(character: string): boolean {
  return /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u.test(character);
}

/** @throws AgentOsError BAD_NAME */
export function parseAgentName(text: string): AgentName {
  if (AGENT.test(text)) return text as AgentName;
  const suggestion = slug(text);
  throw new AgentOsError('BAD_NAME', `${quoted(text)} is not an agent name`, {
    hint: `Use lower-case letters, digits, - and _ (at most 64)${suggestion === null ? '' : `, for example ${suggestion}`}.`,
    data: { name: text.slice(0, 200) },
  });
}

export function isAgentName(text: string): text is AgentName {
  return AGENT.test(text);
}

/** The agent name that a person's name suggests (`Ada Lovelace` → `ada-lovelace`), or null when nothing is left of it. */
export function slug(text: string): AgentName | null {
  const plain = text
    .slice(0, 200)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '-')
    .replace(/^[-_]+|-+$/g, '')
    .slice(0, 64);
  return AGENT.test(plain) ? (plain as AgentName) : null;
}

/**
 * Any text that can be printed on one line: `/`, spaces, capitals and emoji are allowed, the ref name escapes them.
 * @throws AgentOsError BAD_NAME
 */
export function parseResourceName(text: string): ResourceName {
  const name = text.normalize('NFC');
  const bytes = new TextEncoder().encode(name).length;
  const problem =
    name.length === 0
      ? 'is empty'
      : bytes > 1000
        ? `is ${bytes} bytes long (at most 1000)`
        : name.trim() !== name
          ? 'begins or ends with white space'
          : name.startsWith('-')
            ? 'begins with - and would be read as an option'
            : [...name].some(isControl)
              ? 'contains control characters'
              : null;
  if (problem === null) return name as ResourceName;
  throw new AgentOsError('BAD_NAME', `the resource name ${quoted(text)} ${problem}`, {
    hint: 'Name the resource in one printable line, for example database-schema; give files with --paths.',
    data: { name: text.slice(0, 200) },
  });
}

/** @throws AgentOsError BAD_VALUE */
export function parseOid(text: string): Oid {
  if (OID.test(text)) return text as Oid;
  throw new AgentOsError('BAD_VALUE', `${quoted(text)} is not a full object id`, {
    hint: 'Copy all 40 characters as `agent-os locks --json` shows them.',
  });
}

export function isOid(text: string): text is Oid {
  return OID.test(text);
}

export function isRecordId(text: string): text is RecordId {
  return RECORD_ID.test(text);
}

export function isCloneId(text: string): text is CloneId {
  return CLONE_ID.test(text);
}

/**
 * A ref name by the rules of git-check-ref-format(1), and never anything that git could take for an option.
 * @throws AgentOsError BAD_NAME
 */
export function parseRefName(text: string): RefName {
  const bad =
    !text.startsWith('refs/') ||
    text.length > 240 ||
    text.endsWith('/') ||
    text.endsWith('.') ||
    text.includes('..') ||
    text.includes('@{') ||
    /[\s~^:?*[\\\p{Cc}]/u.test(text) ||
    text.split('/').some((part) => part === '' || part.startsWith('.') || part.endsWith('.lock')) ||
    text.split('/').length < 3;
  if (!bad) return text as RefName;
  throw new AgentOsError('BAD_NAME', `${quoted(text)} is not a full ref name`, {
    hint: 'Give a full name such as refs/heads/agent-os or refs/agent-os/branch.',
  });
}

/**
 * The name of a configured remote; URLs and helpers such as `ext::` are not names.
 * @throws AgentOsError BAD_NAME
 */
export function parseRemoteName(text: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/.test(text) && !text.includes('..') && !text.endsWith('.lock'))
    return text;
  throw new AgentOsError('BAD_NAME', `${quoted(text)} is not the name of a remote`, {
    hint: 'See `git remote -v`; add one with `git remote add origin URL`.',
  });
}
