import { AgentOsError } from '../errors.ts';
import { stampsPath } from '../layout.ts';
import { decodeText } from '../yaml.ts';
import { type Hash, ingestPlain } from './ingest.ts';
import { joinDocuments } from './join.ts';
import type { DocumentState } from './registers.ts';
import { decodeStamps, EMPTY_STATE } from './stamps-file.ts';

/** A document's two files; null for one that is absent. */
export interface DocumentFiles {
  readonly plain: Uint8Array | null;
  readonly stamps: Uint8Array | null;
}

export interface LoadedDocument {
  readonly state: DocumentState;
  /** How many registers a hand edit of the plain file wrote; `state` has them already. */
  readonly handEdits: number;
  /** RECORD_BROKEN for each of the two files that could not be read; the state comes from what could. */
  readonly problems: { readonly [File in keyof DocumentFiles]: AgentOsError | null };
}

/**
 * A register document from its two files, hand edits taken in. The same two files give the same state in every
 * clone. A plain file that is absent or broken deletes nothing.
 * @param path - of the plain file
 * @param before - what the plain file was edited from, where more is known of that than its stamps say
 * @throws AgentOsError SCHEMA_TOO_NEW when the stamps, and so the meaning of every register, are of a newer version
 */
export function loadDocument(
  files: DocumentFiles,
  path: string,
  hash: Hash,
  before: DocumentState | null = null,
): LoadedDocument {
  const stamps = attempt(files.stamps, (bytes) => decodeStamps(bytes, stampsPath(path)));
  const known = stamps.result ?? EMPTY_STATE;
  const base = before === null ? known : joinDocuments(before, known);
  const plain = attempt(files.plain, (bytes) =>
    ingestPlain(base, { text: decodeText(bytes, path), path }, hash),
  );
  return {
    state: plain.result?.state ?? base,
    handEdits: plain.result?.count ?? 0,
    problems: { plain: plain.problem, stamps: stamps.problem },
  };
}

function attempt<T>(
  bytes: Uint8Array | null,
  read: (bytes: Uint8Array) => T,
): { readonly result: T | null; readonly problem: AgentOsError | null } {
  if (bytes === null) return { result: null, problem: null };
  try {
    return { result: read(bytes), problem: null };
  } catch (error) {
    if (error instanceof AgentOsError && error.code === 'RECORD_BROKEN')
      return { result: null, problem: error };
    throw error;
  }
}
