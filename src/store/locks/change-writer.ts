import { describeLockRecord, type LockRecord } from '../../domain/locks/lock-record.ts';
import type { LockChange } from '../../domain/locks/lock-rules.ts';
import type { AgentName, Oid, RefName, ResourceName } from '../../domain/names.ts';
import type { ObjectWriter, RefEdit } from '../../domain/ports.ts';
import { agentTrailer, refTrailer } from '../../domain/signing/binding.ts';
import { rememberWrites } from '../remembered-writes.ts';
import type { Authority } from './authority.ts';
import { type BoardReader, CLAIMS_FILE, RECORD_FILE, type StoredBoard } from './board-reader.ts';
import type { LockDependencies } from './lock-ports.ts';

/** A change as objects that no ref reaches yet, and the edits that make the refs reach them. */
interface WrittenChange {
  readonly edits: readonly RefEdit[];
  /** The new commit of each record. */
  readonly oids: ReadonlyMap<ResourceName, Oid>;
  /** Once the refs have moved: write again what a concurrent gc took. */
  ensure(): Promise<void>;
}

/**
 * Write the commits of a change on top of what was read. Each carries an operation id of its own, so that no two
 * commits are the same, and a ref that is written moves.
 *
 * @param by - who acts, for what is signed; by default whose leases end
 * @param note - a line for the commits' bodies: why
 * @throws AgentOsError CANNOT_SIGN, DISK_FULL, GIT_FAILED
 */
export async function writeChange(
  dependencies: LockDependencies,
  reader: BoardReader,
  input: {
    readonly authority: Authority;
    readonly board: StoredBoard;
    readonly change: Omit<LockChange, 'evicted'>;
    readonly by?: AgentName;
    readonly note?: string;
  },
): Promise<WrittenChange> {
  const { authority, board, change, by, note } = input;
  const [{ encodeClaims }, { encodeLockRecord }, signer] = await Promise.all([
    import('../../domain/locks/claims-codec.ts'),
    import('../../domain/locks/lock-record-codec.ts'),
    dependencies.signer?.(),
  ]);
  const { writer, ensure } = rememberWrites(dependencies.objects.reader, dependencies.objects.writer);
  const commit = async (
    ref: RefName,
    file: string,
    content: Uint8Array,
    { subject, expect, agent }: { subject: string; expect: Oid | null; agent: AgentName | undefined },
  ) => {
    const binding = signer === undefined ? [] : [...(agent ? [agentTrailer(agent)] : []), refTrailer(ref)];
    const trailers = [`Agent-OS-Op: ${dependencies.operationId()}`, ...binding].join('\n');
    const unsigned = {
      tree: await writeFile(writer, file, content),
      parents: expect === null ? [] : [expect],
      message: `${[subject, note, trailers].filter(Boolean).join('\n\n')}\n`,
      author: dependencies.author,
      at: Math.floor(dependencies.clock.now() / 1000),
    };
    const signed = signer === undefined ? {} : { signature: await signer.sign(unsigned) };
    return { ref, expect, to: await writer.commit({ ...unsigned, ...signed }) };
  };

  const edits: RefEdit[] = [];
  const oids = new Map<ResourceName, Oid>();
  if (change.claims !== null) {
    const table = { ...board.table, claims: change.claims };
    const subject = `claims: ${change.claims.length}`;
    const about = { subject, expect: board.refs.claims, agent: by };
    edits.push(await commit(authority.claimsRef, CLAIMS_FILE, encodeClaims(table), about));
  }
  for (const record of change.records) {
    const expect = board.oids.get(record.resource) ?? null;
    const ref = reader.refOf(authority, record.resource);
    const agent = by ?? whoseEnds(board.records.get(record.resource), record);
    const about = { subject: describeLockRecord(record), expect, agent };
    const edit = await commit(ref, RECORD_FILE, encodeLockRecord(record), about);
    edits.push(edit);
    oids.set(record.resource, edit.to);
    reader.remember(edit.to, record);
  }
  return { edits, oids, ensure };
}

/** The agent of the first lease that a record does not have any more. */
function whoseEnds(before: LockRecord | undefined, after: LockRecord): AgentName | undefined {
  const isKept = (nonce: string) => after.leases.some((lease) => lease.nonce === nonce);
  return before?.leases.find(({ nonce }) => !isKept(nonce))?.agent;
}

async function writeFile(writer: ObjectWriter, name: string, content: Uint8Array): Promise<Oid> {
  return writer.tree([{ name, mode: '100644', oid: await writer.blob(content) }]);
}
