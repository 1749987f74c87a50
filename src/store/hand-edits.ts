import type { Hash } from '../domain/document/ingest.ts';
import { joinDocuments } from '../domain/document/join.ts';
import { type LoadedDocument, loadDocument } from '../domain/document/load.ts';
import { EMPTY_STATE, formatStamps } from '../domain/document/stamps-file.ts';
import { AgentOsError } from '../domain/errors.ts';
import { DOCUMENT_FOLDERS, isDocument, stampsPath } from '../domain/layout.ts';
import type { Oid } from '../domain/names.ts';
import type { CommitObject, ObjectReader, ObjectWriter } from '../domain/ports.ts';
import type { Change } from './branch.ts';
import { isMadeByHand } from './commit-message.ts';
import { editTree } from './edit-tree.ts';

/** So many commits made by hand in a row are told apart; what came before them counts as one edit. */
const COMMIT_LIMIT = 1000;

interface Tools {
  readonly reader: ObjectReader;
  readonly writer: ObjectWriter;
  readonly hash: Hash;
}

/**
 * The tree of a commit, with its hand edits in the stamps. Whatever agent-os puts on top of a commit made by hand
 * begins with it, so that edits are taken in one commit after another, each once. The two files of the last commit do
 * not tell that a key was added and removed since, and a clone that has only the first would bring it back.
 *
 * Plain files stay as they were typed, broken ones too; a document of a newer version is left alone. The result depends
 * on the commit and its history only: two clones make the same tree.
 */
export async function absorbHandEdits(tools: Tools, tip: CommitObject): Promise<Oid> {
  if (!isMadeByHand(tip)) return tip.tree;
  const commits = await findHandMade(tools.reader, tip);
  if (!commits.has(tip.oid)) return tip.tree;
  const files = openFiles(tools.reader);
  const changes: Change[] = [];
  for (const path of [...(await files.list(tip)).keys()].filter(isDocument)) {
    const stamps = await readStamps({ commits, files, path, hash: tools.hash }, tip);
    if (stamps !== null) changes.push({ path: stampsPath(path), content: stamps });
  }
  return changes.length === 0 ? tip.tree : editTree(tools, tip.tree, changes);
}

/** A commit made by hand, and what it was made from. */
interface HandMade {
  readonly commit: CommitObject;
  readonly parents: readonly CommitObject[];
}

/** Those that lead to `tip`, up to what agent-os made. Where a shallow clone ends, what was edited is not known. */
async function findHandMade(reader: ObjectReader, tip: CommitObject): Promise<ReadonlyMap<Oid, HandMade>> {
  const found = new Map<Oid, HandMade>();
  const queue = [tip];
  for (let next = queue.shift(); next !== undefined && found.size < COMMIT_LIMIT; next = queue.shift()) {
    if (found.has(next.oid) || !isMadeByHand(next)) continue;
    const read = await Promise.all(next.parents.map((parent) => reader.commit(parent)));
    const parents = read.filter((parent) => parent !== null);
    if (parents.length < read.length) continue;
    found.set(next.oid, { commit: next, parents });
    queue.push(...parents);
  }
  return found;
}

interface Lineage {
  readonly commits: ReadonlyMap<Oid, HandMade>;
  readonly files: Files;
  readonly path: string;
  readonly hash: Hash;
}

/** A document's stamps with every edit that led to a commit; null: they stay what they are. */
async function readStamps(lineage: Lineage, tip: CommitObject): Promise<Uint8Array | null> {
  const { commits, files, path, hash } = lineage;
  const versions = new Map<Oid, Promise<LoadedDocument>>();

  const read = async (commit: CommitObject): Promise<LoadedDocument> => {
    const edited = commits.get(commit.oid);
    if (edited === undefined) return loadDocument(await files.read(commit, path), path, hash);
    const before = await Promise.all(edited.parents.map(versionOf));
    const keys = await Promise.all([commit, ...edited.parents].map((one) => files.key(one, path)));
    const [first] = before;
    if (first !== undefined && before.length === 1 && keys[0] === keys[1]) return first;
    const state = before.reduce((joined, version) => joinDocuments(joined, version.state), EMPTY_STATE);
    return loadDocument(await files.read(commit, path), path, hash, state);
  };
  const versionOf = (commit: CommitObject): Promise<LoadedDocument> => {
    const known = versions.get(commit.oid) ?? read(commit);
    versions.set(commit.oid, known);
    return known;
  };

  try {
    const { state } = await versionOf(tip);
    const stamps = new TextEncoder().encode(formatStamps(state));
    const { stamps: present } = await files.read(tip, path);
    return present !== null && Buffer.compare(present, stamps) === 0 ? null : stamps;
  } catch (error) {
    if (error instanceof AgentOsError && error.code === 'SCHEMA_TOO_NEW') return null;
    throw error;
  }
}

type Files = ReturnType<typeof openFiles>;

/** Files in the folders of documents, by path; each folder is read once. */
function openFiles(reader: ObjectReader) {
  const folders = new Map<Oid, ReturnType<ObjectReader['tree']>>();
  const entriesOf = async (oid: Oid) => {
    const known = folders.get(oid) ?? reader.tree(oid);
    folders.set(oid, known);
    return (await known) ?? [];
  };
  const list = async ({ tree }: CommitObject): Promise<ReadonlyMap<string, Oid>> => {
    const root = await entriesOf(tree);
    const found = new Map<string, Oid>();
    for (const folder of DOCUMENT_FOLDERS) {
      const at = root.find(({ name, mode }) => name === folder && mode === '40000');
      const entries = folder === '' ? root : at === undefined ? [] : await entriesOf(at.oid);
      for (const { name, mode, oid } of entries)
        if (mode.startsWith('100')) found.set(folder === '' ? name : `${folder}/${name}`, oid);
    }
    return found;
  };
  const pair = async (commit: CommitObject, path: string) => {
    const all = await list(commit);
    return { plain: all.get(path) ?? null, stamps: all.get(stampsPath(path)) ?? null };
  };
  return {
    list,
    /** The same two files have the same. */
    async key(commit: CommitObject, path: string): Promise<string> {
      const { plain, stamps } = await pair(commit, path);
      return `${plain} ${stamps}`;
    },
    async read(commit: CommitObject, path: string) {
      const { plain, stamps } = await pair(commit, path);
      return { plain: plain && (await reader.blob(plain)), stamps: stamps && (await reader.blob(stamps)) };
    },
  };
}
