import type { AgentName, Oid, RecordId, RefName } from '../domain/names.ts';
import { isOperationId, type OperationId, parseOperationId } from '../domain/operation.ts';
import type { CommitObject, ObjectReader } from '../domain/ports.ts';
import { agentTrailer, refTrailer } from '../domain/signing/binding.ts';

/** Version of the merge algorithm; a clone recomputes only merges of a version that it knows. */
export const MERGE_VERSION = 2;

const SUBJECT_LIMIT = 100;
/** Commits that people made on the branch carry no clock; this many of them in a row are looked through. */
const CLOCKLESS_LIMIT = 1000;

/** One printable line: control characters become spaces, and what is over 100 characters is cut. */
export function writeSubject(text: string): string {
  const line = [...text.replace(/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069\s]+/gu, ' ').trim()];
  return line.length > SUBJECT_LIMIT ? `${line.slice(0, SUBJECT_LIMIT - 1).join('')}…` : line.join('');
}

export function writeOperationMessage(operation: {
  readonly subject: string;
  readonly agent: AgentName;
  readonly session: RecordId | null;
  readonly id: OperationId;
  /** Of an operation that is signed: where it belongs. */
  readonly ref?: RefName;
}): string {
  const trailers = [
    agentTrailer(operation.agent),
    ...(operation.session === null ? [] : [`Agent-OS-Session: ${operation.session}`]),
    `Agent-OS-Op: ${operation.id}`,
    ...(operation.ref === undefined ? [] : [refTrailer(operation.ref)]),
  ];
  return `${writeSubject(operation.subject)}\n\n${trailers.join('\n')}\n`;
}

export function writeMergeMessage(parents: number, clock: number): string {
  return `merge: ${parents} lines of history\n\nAgent-OS-Merge: ${MERGE_VERSION}\nAgent-OS-Clock: ${String(clock).padStart(15, '0')}\n`;
}

/** Whether a commit says that it is a merge of the version that this program makes, and so can make again. */
export function isOwnMerge({ message, parents }: Pick<CommitObject, 'message' | 'parents'>): boolean {
  return parents.length > 1 && new RegExp(`^Agent-OS-Merge: ${MERGE_VERSION}$`, 'm').test(message);
}

/** The operation that a commit's message names, or null for merges and commits made by hand. */
export function readOperationId(message: string): OperationId | null {
  const found = /^Agent-OS-Op: (\S+)$/m.exec(message)?.[1];
  return found !== undefined && isOperationId(found) ? found : null;
}

/** Whether somebody else made it: a person on the branch, or a program that knows nothing of agent-os. */
export function isMadeByHand({ message }: Pick<CommitObject, 'message'>): boolean {
  return readOperationId(message) === null && !/^Agent-OS-Merge: \d+$/m.test(message);
}

/** The largest clock among a commit and its ancestors, in as few reads as the commit's own message allows. */
export async function readClock(reader: ObjectReader, commit: CommitObject): Promise<number> {
  let largest = 0;
  const seen = new Set<Oid>();
  const queue = [commit];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const stated = statedClock(next.message);
    largest = Math.max(largest, stated ?? next.committedAt * 1000);
    if (stated !== null) continue;
    for (const parent of next.parents) {
      if (seen.has(parent) || seen.size >= CLOCKLESS_LIMIT) continue;
      seen.add(parent);
      const read = await reader.commit(parent);
      if (read !== null) queue.push(read);
    }
  }
  return largest;
}

function statedClock(message: string): number | null {
  const operation = readOperationId(message);
  if (operation !== null) return parseOperationId(operation).clock;
  const merge = /^Agent-OS-Clock: (\d{15})$/m.exec(message)?.[1];
  return merge === undefined ? null : Number(merge);
}
