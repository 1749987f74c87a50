import { findConflicts } from '../domain/document/conflicts.ts';
import { type LoadedDocument, loadDocument } from '../domain/document/load.ts';
import type { DocumentState } from '../domain/document/registers.ts';
import { renderDocument } from '../domain/document/render.ts';
import { DOCUMENT_FOLDERS, isDocument, stampsPath } from '../domain/layout.ts';
import type { Conflict } from '../domain/schema/conflict.ts';
import type { Change, Snapshot } from '../store/branch.ts';
import { assertFree, describeProblem, type RecordReader } from './records.ts';
import type { Workspace } from './workspace.ts';

/**
 * A document as the branch has it, hand edits taken in.
 * @throws AgentOsError SCHEMA_TOO_NEW
 */
export async function readDocument(
  workspace: Pick<Workspace, 'hash'>,
  snapshot: Snapshot,
  path: string,
): Promise<LoadedDocument> {
  const [plain, stamps] = await Promise.all([snapshot.read(path), snapshot.read(stampsPath(path))]);
  return loadDocument({ plain, stamps }, path, workspace.hash);
}

/** As readDocument, with what is broken among the problems of `records`; null when nothing of it can be read. */
export async function readKnown(
  workspace: Pick<Workspace, 'hash'>,
  records: RecordReader,
  path: string,
): Promise<DocumentState | null> {
  const document = await records.attempt(path, async () => {
    for (const file of [path, stampsPath(path)]) await assertFree(records.snapshot, file);
    return readDocument(workspace, records.snapshot, path);
  });
  for (const problem of [document?.problems.plain, document?.problems.stamps]) {
    if (problem) records.report(describeProblem(String(problem.data['path'] ?? path), problem));
  }
  return document?.state ?? null;
}

/**
 * A document that is about to be written. Writing renders the plain file anew: one that is broken has to be mended
 * first, or what somebody wrote there would be lost.
 * @throws AgentOsError RECORD_BROKEN, SCHEMA_TOO_NEW
 */
export async function readForWriting(
  workspace: Pick<Workspace, 'hash'>,
  snapshot: Snapshot,
  path: string,
): Promise<DocumentState> {
  const { state, problems } = await readDocument(workspace, snapshot, path);
  const problem = problems.plain ?? problems.stamps;
  if (problem !== null) throw problem;
  return state;
}

/** Both files of a document as it shall be. */
export function planDocument(path: string, state: DocumentState): readonly Change[] {
  const { plain, stamps } = renderDocument(state, path);
  return [
    { path, content: plain },
    { path: stampsPath(path), content: stamps },
  ];
}

/** A value that lost against another that was set at the same time, or a file that a merge could not read. */
export interface ConflictView {
  readonly id: string;
  readonly kind: Conflict['kind'];
  readonly file: string;
  /** JSON pointer (RFC 6901); null when the whole file is concerned. */
  readonly pointer: string | null;
  /** The agent that lost. */
  readonly agent: string | null;
  readonly value: unknown;
  readonly reason: string | null;
}

/** Every conflict that the branch knows of: in its documents, and those that merges have recorded. */
export async function readConflicts(
  workspace: Pick<Workspace, 'hash'>,
  records: RecordReader,
): Promise<readonly ConflictView[]> {
  const { snapshot } = records;
  const recorded = (await snapshot.list('conflicts')).map(({ name }) => ({
    path: `conflicts/${name}`,
    name,
  }));
  const known = await records.readAll('conflict', recorded, ({ id }, { name }) => name === `${id}.yaml`);
  const found = await Promise.all(
    (await listDocuments(snapshot)).map(async (path) => {
      const state = await readKnown(workspace, records, path);
      return state === null ? [] : findConflicts(state, path, workspace.hash);
    }),
  );
  const all = new Map([...known.filter(isOpen), ...found.flat()].map((conflict) => [conflict.id, conflict]));
  return [...all.values()].map(viewConflict);
}

async function listDocuments(snapshot: Snapshot): Promise<readonly string[]> {
  const paths = await Promise.all(
    DOCUMENT_FOLDERS.map(async (folder) =>
      (await snapshot.list(folder)).map(({ name }) => (folder === '' ? name : `${folder}/${name}`)),
    ),
  );
  return paths.flat().filter(isDocument);
}

function isOpen(conflict: Conflict): boolean {
  return conflict.resolved_at === undefined;
}

function viewConflict(conflict: Conflict): ConflictView {
  return {
    id: conflict.id,
    kind: conflict.kind,
    file: conflict.file,
    pointer: conflict.pointer ?? null,
    agent: conflict.by ?? null,
    value: conflict.value ?? null,
    reason: conflict.reason ?? null,
  };
}
