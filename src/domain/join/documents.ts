import type { Hash } from '../document/ingest.ts';
import { joinDocuments } from '../document/join.ts';
import { type DocumentFiles, loadDocument } from '../document/load.ts';
import { formatDocument } from '../document/render.ts';
import { KINDS, parseSchemaId } from '../schema/kinds.ts';
import { decodeText, isYamlMap, parseYaml } from '../yaml.ts';
import { compareBytes } from './files.ts';

/** One version of a document that could not be read in full; `file` says which of its two files, and why. */
interface Unreadable {
  readonly version: number;
  readonly file: keyof DocumentFiles;
  readonly reason: string;
}

export interface JoinedDocument {
  readonly files: DocumentFiles;
  readonly unreadable: readonly Unreadable[];
}

/**
 * Join different versions of a register document: hand edits are taken in on each side, then the registers are
 * joined. Registers in a format that this program does not know cannot be joined; there the newest format stays as it
 * is, and of several such versions the one with the greatest bytes.
 * @param versions - at least two
 */
export function joinDocumentFiles(
  path: string,
  versions: readonly DocumentFiles[],
  hash: Hash,
): JoinedDocument {
  const newest = newestFormat(versions);
  if (newest !== null) return { files: newest, unreadable: [] };
  const unreadable: Unreadable[] = [];
  const states = versions.map((files, version) => {
    const { state, problems } = loadDocument(files, path, hash);
    for (const file of ['plain', 'stamps'] as const) {
      const reason = problems[file]?.message;
      if (reason !== undefined) unreadable.push({ version, file, reason });
    }
    return state;
  });
  const { plain, stamps } = formatDocument(states.reduce(joinDocuments), path);
  const utf8 = new TextEncoder();
  return { files: { plain: utf8.encode(plain), stamps: utf8.encode(stamps) }, unreadable };
}

function newestFormat(versions: readonly DocumentFiles[]): DocumentFiles | null {
  const formats = versions.map(({ stamps }) => stampsFormat(stamps));
  const newest = Math.max(...formats);
  if (newest <= KINDS.stamps.version) return null;
  return versions
    .filter((_, index) => formats[index] === newest)
    .reduce((a, b) => (compareFiles(a, b) >= 0 ? a : b));
}

function stampsFormat(stamps: Uint8Array | null): number {
  try {
    const value = stamps && parseYaml(decodeText(stamps, ''), '');
    return (isYamlMap(value) && parseSchemaId(value['schema'])?.version) || 0;
  } catch {
    return 0;
  }
}

function compareFiles(a: DocumentFiles, b: DocumentFiles): number {
  const empty = new Uint8Array();
  return (
    compareBytes(a.stamps ?? empty, b.stamps ?? empty) || compareBytes(a.plain ?? empty, b.plain ?? empty)
  );
}
