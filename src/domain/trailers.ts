import { AgentOsError } from './errors.ts';
import {
  type AgentName,
  isAgentName,
  isRecordId,
  parseResourceName,
  type RecordId,
  type ResourceName,
} from './names.ts';

/** A lock under which a commit was made: `Agent-OS-Lock: <resource>@<token>`. */
export interface LockTrailer {
  readonly resource: ResourceName;
  readonly token: number;
}

/**
 * Who made a commit, and under which locks. A commit that several sessions had a part in (amended, squashed) names
 * all of them, in the order of the message.
 */
export interface Trailers {
  readonly agents: readonly AgentName[];
  readonly sessions: readonly RecordId[];
  readonly locks: readonly LockTrailer[];
}

export const AGENT_TRAILER = 'Agent-OS-Agent';
export const SESSION_TRAILER = 'Agent-OS-Session';
export const LOCK_TRAILER = 'Agent-OS-Lock';

/** `Key: value`, as git-interpret-trailers(1) takes it: white space may stand before the separator. */
const TRAILER = /^(agent-os-(?:agent|session|lock))[ \t]*:[ \t]*(.*?)[ \t]*$/i;
/** A line of a block of trailers: a trailer of anybody, or the mark of `git cherry-pick -x`. */
const ANY_TRAILER = /^(?:[A-Za-z0-9-]+[ \t]*:|\(cherry picked from commit )/;
/** A byte of a resource name that stands for itself; `%` and `@` have a meaning here. */
const PLAIN = /[A-Za-z0-9._\-/~+]/;

/**
 * The trailers of agent-os in a commit's message: those of its last paragraph, and of every earlier paragraph that
 * consists of trailers (a squash leaves one for each commit in the middle). A line that says nothing sensible is no
 * trailer. The first paragraph is the subject and never counts.
 */
export function parseTrailers(message: string): Trailers {
  const paragraphs = message
    .replaceAll('\r\n', '\n')
    .split(/\n[ \t]*\n/)
    .map((paragraph) => paragraph.split('\n').filter((line) => line.trim() !== ''))
    .filter((lines) => lines.length > 0)
    .slice(1);
  const blocks = paragraphs.filter(
    (lines, index) =>
      lines.every((line) => ANY_TRAILER.test(line) || /^[ \t]/.test(line)) ||
      (index === paragraphs.length - 1 && lines.some((line) => TRAILER.test(line))),
  );
  const found = blocks.flat().flatMap((line) => {
    const [, key, value] = TRAILER.exec(line) ?? [];
    return key === undefined || value === undefined ? [] : [{ key: key.toLowerCase(), value }];
  });
  const valuesOf = (name: string) =>
    found.filter(({ key }) => key === name.toLowerCase()).map(({ value }) => value);
  return {
    agents: [...new Set(valuesOf(AGENT_TRAILER).filter(isAgentName))],
    sessions: [...new Set(valuesOf(SESSION_TRAILER).filter(isRecordId))],
    locks: distinct(valuesOf(LOCK_TRAILER).flatMap((value) => parseLockTrailer(value) ?? [])),
  };
}

/** Below this line `git commit --verbose` shows what is committed. */
const CUT = /^. -{24} >8 -{24}$/m;

/**
 * A message without the trailers of agent-os that a squash has left in the middle, where git sees none, and these
 * lines, each once, in the order of the message. They are taken out of every paragraph that consists of trailers, but
 * for the subject; what somebody has quoted or indented stays. Where none is in the middle, nothing is taken out.
 * @param message - as git hands it to the message hook: with comments, and perhaps with what is committed
 */
export function liftTrailers(message: string): { readonly text: string; readonly lines: readonly string[] } {
  const cut = message.search(CUT);
  const written = cut === -1 ? message : message.slice(0, cut);
  // Every other one is what is between two paragraphs.
  const parts = written.split(/(\n(?:[ \t]*\n)+)/);
  const said = parts.flatMap((part, at) => (at % 2 === 0 && linesOf(part).length > 0 ? [at] : []));
  const blocks = said.slice(1).filter((at) => {
    const lines = linesOf(parts[at] ?? '');
    return lines.every((line) => ANY_TRAILER.test(line) || /^[ \t]/.test(line)) && lines.some(isOwn);
  });
  if (blocks.every((at) => at === said.at(-1))) return { text: message, lines: [] };
  const found: string[] = [];
  for (const at of blocks) {
    const lines = (parts[at] ?? '').split('\n');
    found.push(...lines.flatMap(canonical));
    parts[at] = lines.filter((line) => !isOwn(line)).join('\n');
    if (parts[at] === '') parts[at - 1] = '';
  }
  const text = parts.join('') + (cut === -1 ? '' : message.slice(cut));
  return { text, lines: [...new Set(found)] };
}

/** What stands in a paragraph and is no comment. */
function linesOf(paragraph: string): readonly string[] {
  return paragraph.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
}

function isOwn(line: string): boolean {
  return TRAILER.test(line);
}

/** A trailer of agent-os as it writes it; nothing for any other line. */
function canonical(line: string): readonly string[] {
  const [, key, value] = TRAILER.exec(line) ?? [];
  const name = [AGENT_TRAILER, SESSION_TRAILER, LOCK_TRAILER].find(
    (one) => one.toLowerCase() === key?.toLowerCase(),
  );
  return name === undefined ? [] : [`${name}: ${value}`];
}

/** The lines to add to a message, without line ends: `Agent-OS-Agent: go-backend`. */
export function formatTrailers(trailers: {
  readonly agent: AgentName | null;
  readonly session: RecordId | null;
  readonly locks: readonly LockTrailer[];
}): readonly string[] {
  const { agent, session, locks } = trailers;
  return [
    ...(agent === null ? [] : [`${AGENT_TRAILER}: ${agent}`]),
    ...(session === null ? [] : [`${SESSION_TRAILER}: ${session}`]),
    ...locks.map((lock) => `${LOCK_TRAILER}: ${formatLockTrailer(lock)}`),
  ];
}

/**
 * `<resource>@<token>`. Letters, digits and `. _ - / ~ +` of the resource stand for themselves, every other byte of
 * its UTF-8 form is `%XX`: a name with spaces, `@` or line separators survives every mail client and shell.
 */
export function formatLockTrailer({ resource, token }: LockTrailer): string {
  const bytes = Array.from(new TextEncoder().encode(resource), (byte) => {
    const character = String.fromCharCode(byte);
    return PLAIN.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  });
  return `${bytes.join('')}@${token}`;
}

/** What `formatLockTrailer` wrote; null for anything else. */
export function parseLockTrailer(text: string): LockTrailer | null {
  const [, encoded, digits] = /^((?:[A-Za-z0-9._\-/~+]|%[0-9A-Fa-f]{2})+)@(\d{1,15})$/.exec(text) ?? [];
  if (encoded === undefined || digits === undefined) return null;
  try {
    return { resource: parseResourceName(decodeURIComponent(encoded)), token: Number(digits) };
  } catch (error) {
    if (error instanceof URIError || error instanceof AgentOsError) return null;
    throw error;
  }
}

function distinct(locks: readonly LockTrailer[]): readonly LockTrailer[] {
  return [...new Map(locks.map((lock) => [formatLockTrailer(lock), lock])).values()];
}
