import { describeLockRecord } from '../../domain/locks/lock-record.ts';
import type { LockChange } from '../../domain/locks/lock-rules.ts';
import type { Oid, RefName, ResourceName } from '../../domain/names.ts';
import type { ObjectWriter, RefEdit } from '../../domain/ports.ts';
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
 * @param note - a line for the commits' bodies: why
 */
export async function writeChange(
  dependencies: LockDependencies,
  reader: BoardReader,
  input: {
    readonly authority: Authority;
    readonly board: StoredBoard;
    readonly change: Omit<LockChange, 'evicted'>;
    readonly note?: string;
  },
): Promise<WrittenChange> {
  const { authority, board, change, note } = input;
  const [{ encodeClaims }, { encodeLockRecord }] = await Promise.all([
    import('../../domain/locks/claims-codec.ts'),
    import('../../domain/locks/lock-record-codec.ts'),
  ]);
  const { writer, ensure } = rememberWrites(dependencies.objects.reader, dependencies.objects.writer);
  const commit = async (
    ref: RefName,
    file: string,
    content: Uint8Array,
    subject: string,
    expect: Oid | null,
  ) => {
    const to = await writer.commit({
      tree: await writeFile(writer, file, content),
      parents: expect === null ? [] : [expect],
      message: `${[subject, note, `Agent-OS-Op: ${dependencies.operationId()}`].filter(Boolean).join('\n\n')}\n`,
      author: dependencies.author,
      at: Math.floor(dependencies.clock.now() / 1000),
    });
    return { ref, expect, to };
  };

  const edits: RefEdit[] = [];
  const oids = new Map<ResourceName, Oid>();
  if (change.claims !== null) {
    const table = { ...board.table, claims: change.claims };
    const subject = `claims: ${change.claims.length}`;
    const content = encodeClaims(table);
    edits.push(await commit(authority.claimsRef, CLAIMS_FILE, content, subject, board.refs.claims));
  }
  for (const record of change.records) {
    const expect = board.oids.get(record.resource) ?? null;
    const ref = reader.refOf(authority, record.resource);
    const edit = await commit(ref, RECORD_FILE, encodeLockRecord(record), describeLockRecord(record), expect);
    edits.push(edit);
    oids.set(record.resource, edit.to);
    reader.remember(edit.to, record);
  }
  return { edits, oids, ensure };
}

async function writeFile(writer: ObjectWriter, name: string, content: Uint8Array): Promise<Oid> {
  return writer.tree([{ name, mode: '100644', oid: await writer.blob(content) }]);
}
