import { AgentOsError } from '../domain/errors.ts';
import { joinDocumentFiles } from '../domain/join/documents.ts';
import { joinFiles } from '../domain/join/files.ts';
import { unreadableRecord } from '../domain/join/unreadable.ts';
import { isBelowWatermark, reachesWatermark, readWatermarks } from '../domain/join/watermarks.ts';
import * as layout from '../domain/layout.ts';
import type { Oid } from '../domain/names.ts';
import type { CommitObject, ObjectReader, ObjectWriter, TreeEntry } from '../domain/ports.ts';
import type { Retention } from '../domain/schema/retention.ts';
import type { Change } from './branch.ts';
import { editTree } from './edit-tree.ts';
import { absorbHandEdits } from './hand-edits.ts';
import { isSafeName } from './tree-path.ts';

const INBOX = /^messages\/[^/]+$/;

export interface JoinTools {
  readonly reader: ObjectReader;
  readonly writer: ObjectWriter;
  /** At least 40 lower-case hexadecimal digits. */
  readonly hash: (text: string) => string;
}

/** What one join knows everywhere. */
interface Join extends JoinTools {
  readonly watermarks: Retention;
  /** The trees disagree about what gc removed, so what they agree on may have to go too. */
  readonly isRetentionDisputed: boolean;
  /** Folders messages/<agent> that were joined. */
  readonly inboxes: Set<string>;
  /** Records of versions that could not be read, by path. */
  readonly conflicts: Map<string, string>;
}

type Entries = Map<string, TreeEntry>;

/** The tree of a merge: that of its parents, with their hand edits, joined. */
export async function joinCommits(tools: JoinTools, parents: readonly CommitObject[]): Promise<Oid> {
  return joinTrees(tools, await Promise.all(parents.map((parent) => absorbHandEdits(tools, parent))));
}

/**
 * The one tree that has everything of all `trees`. It needs no common ancestor, and neither order nor grouping
 * matters: the join is idempotent, commutative and associative. Only folders that differ are read, and those that
 * may hold records below a new watermark.
 *
 * Cases, for each path:
 * 1. everywhere the same, or the same in some trees and absent in the others: stays as it is, absence deletes nothing;
 * 2. below a watermark of the joined retention.yaml: dropped;
 * 3. a folder: joined entry by entry; symlinks, submodules, unsafe names, and a file where the layout has a folder
 *    (or the other way round) are dropped, never followed;
 * 4. config, cards and state with their stamps: joined as register documents;
 * 5. any other file: see joinFiles;
 * 6. a message in new/ and in read/: joined in read/.
 * A version that could not be read, and that the result does not show, is named by a record in conflicts/.
 *
 * @param trees - at least one
 * @throws AgentOsError GIT_FAILED when an object is missing
 */
export async function joinTrees(tools: JoinTools, trees: readonly Oid[]): Promise<Oid> {
  const distinct = [...new Set(trees)].sort();
  const [only, ...others] = distinct;
  if (only !== undefined && others.length === 0) return only;
  const retention = await joinRetention(tools, distinct);
  const join: Join = { ...tools, ...retention, inboxes: new Set(), conflicts: new Map() };
  const root = (await joinFolders(join, '', distinct)) ?? (await tools.writer.tree([]));
  const changes = [...(await settleInboxes(join, root)), ...(await recordConflicts(join, root))];
  return changes.length === 0 ? root : editTree(tools, root, changes);
}

async function joinRetention(
  tools: JoinTools,
  trees: readonly Oid[],
): Promise<Pick<Join, 'watermarks' | 'isRetentionDisputed'>> {
  const sides = await Promise.all(trees.map((tree) => readEntries(tools, '', tree)));
  const oids = new Set(sides.map((entries) => entries.get(layout.RETENTION_PATH)?.oid ?? null));
  const present = [...oids].filter((oid) => oid !== null);
  const versions = await Promise.all(present.map((oid) => readBlob(tools, oid)));
  const joined = versions.length === 0 ? null : joinFiles(layout.RETENTION_PATH, versions).content;
  return { watermarks: readWatermarks(joined), isRetentionDisputed: oids.size > 1 };
}

/** Cases 1 to 3 for a folder: one oid for each tree, null where it is absent. */
async function joinFolders(join: Join, path: string, oids: readonly (Oid | null)[]): Promise<Oid | null> {
  const [only, ...others] = new Set(oids.filter((oid) => oid !== null));
  if (only === undefined) return null;
  const isEverywhere = !oids.includes(null) && !join.isRetentionDisputed;
  if (others.length === 0 && (isEverywhere || !reachesWatermark(path, join.watermarks))) return only;
  if (INBOX.test(path)) join.inboxes.add(path);
  const sides = await Promise.all(oids.map((oid) => readEntries(join, path, oid)));
  const joined: Entries = new Map();
  for (const name of [...new Set(sides.flatMap((side) => [...side.keys()]))].sort()) {
    const child = path === '' ? name : `${path}/${name}`;
    if (isBelowWatermark(child, join.watermarks)) continue;
    const found = sides.map((side) => side.get(name) ?? null);
    for (const entry of await joinEntries(join, child, found, sides)) joined.set(entry.name, entry);
  }
  return joined.size === 0 ? null : join.writer.tree([...joined.values()]);
}

/** What becomes of one name: usually one entry, of a document two, of a stamps file none of its own. */
async function joinEntries(
  join: Join,
  path: string,
  found: readonly (TreeEntry | null)[],
  sides: readonly Entries[],
): Promise<readonly TreeEntry[]> {
  const place = layout.classify(path);
  if (place.kind === 'stamps') {
    const isJoinedWithPlain = sides.some((side) => side.has(baseName(place.of)));
    return isJoinedWithPlain ? [] : joinDocument(join, place.of, sides);
  }
  if (layout.isDocument(path)) return joinDocument(join, path, sides);
  const folders = found.map((entry) => (entry?.mode === '40000' ? entry.oid : null));
  const name = baseName(path);
  if (folders.some((oid) => oid !== null)) {
    const oid = await joinFolders(join, path, folders);
    return oid === null ? [] : [{ name, mode: '40000', oid }];
  }
  const versions = distinctBy(
    found.filter((entry) => entry !== null),
    (entry) => entry.oid,
  );
  const mode = found.some((entry) => entry?.mode === '100755') ? '100755' : '100644';
  return [
    {
      name,
      mode,
      oid: await joinVersions(
        join,
        path,
        versions.map(({ oid }) => oid),
      ),
    },
  ];
}

async function joinVersions(join: Join, path: string, oids: readonly Oid[]): Promise<Oid> {
  const [first, ...others] = oids;
  if (first !== undefined && others.length === 0) return first;
  const { content, unreadable } = joinFiles(path, await Promise.all(oids.map((oid) => readBlob(join, oid))));
  for (const [index, reason] of unreadable) noteUnreadable(join, path, oids[index], reason);
  return join.writer.blob(content);
}

/** Both files of a document. Without a difference both stay, a hand edit that was not taken in yet among them. */
async function joinDocument(
  join: Join,
  path: string,
  sides: readonly Entries[],
): Promise<readonly TreeEntry[]> {
  const [plainName, stampsName] = [baseName(path), baseName(layout.stampsPath(path))];
  const pairs = sides.map((side) => ({
    plain: side.get(plainName) ?? null,
    stamps: side.get(stampsName) ?? null,
  }));
  const versions = distinctBy(
    pairs.filter(({ plain, stamps }) => plain !== null || stamps !== null),
    ({ plain, stamps }) => `${plain?.oid} ${stamps?.oid}`,
  );
  const [first, ...others] = versions;
  if (first !== undefined && others.length === 0)
    return [first.plain, first.stamps].filter((entry) => entry !== null);
  const read = async (entry: TreeEntry | null) => entry && (await readBlob(join, entry.oid));
  const contents = await Promise.all(
    versions.map(async ({ plain, stamps }) => ({ plain: await read(plain), stamps: await read(stamps) })),
  );
  const { files, unreadable } = joinDocumentFiles(path, contents, join.hash);
  for (const { version, file, reason } of unreadable)
    noteUnreadable(join, path, versions[version]?.[file]?.oid, reason);
  const entries: TreeEntry[] = [];
  for (const [name, content] of [
    [plainName, files.plain],
    [stampsName, files.stamps],
  ] as const) {
    if (content !== null) entries.push({ name, mode: '100644', oid: await join.writer.blob(content) });
  }
  return entries;
}

/** Case 6. */
async function settleInboxes(join: Join, root: Oid): Promise<Change[]> {
  const changes: Change[] = [];
  const { list } = treeLookup(join, root);
  for (const inbox of join.inboxes) {
    for (const entry of (await list(`${inbox}/new`)).values()) {
      const from = `${inbox}/new/${entry.name}`;
      const place = layout.classify(from);
      if (place.kind !== 'message') continue;
      const to = layout.readMessagePath(place.agent, place.id);
      const read = (await list(folderOf(to))).get(entry.name);
      if (read === undefined) continue;
      const versions = read.oid === entry.oid ? [read.oid] : [entry.oid, read.oid];
      const content = await readBlob(join, await joinVersions(join, to, versions));
      changes.push({ path: to, content }, { path: from, content: null });
    }
  }
  return changes;
}

async function recordConflicts(join: Join, root: Oid): Promise<Change[]> {
  const known = await treeLookup(join, root).list('conflicts');
  const unknown = [...join.conflicts].filter(([path]) => !known.has(path.slice('conflicts/'.length)));
  return unknown.map(([path, content]) => ({ path, content }));
}

function noteUnreadable(join: Join, file: string, blob: Oid | undefined, reason: string): void {
  if (blob === undefined) return;
  const { path, content } = unreadableRecord(join.hash, { file, blob, reason });
  join.conflicts.set(path, content);
}

/** Folders of a tree by path, each read once. */
function treeLookup(tools: JoinTools, root: Oid): { list(path: string): Promise<Entries> } {
  const known = new Map<string, Promise<Entries>>();
  const read = async (path: string): Promise<Entries> => {
    if (path === '') return readEntries(tools, '', root);
    const entry = (await list(folderOf(path))).get(baseName(path));
    return readEntries(tools, path, entry?.mode === '40000' ? entry.oid : null);
  };
  const list = (path: string): Promise<Entries> => {
    const entries = known.get(path) ?? read(path);
    known.set(path, entries);
    return entries;
  };
  return { list };
}

/** The entries of a folder that a merge takes over; see case 3. */
async function readEntries(tools: JoinTools, path: string, oid: Oid | null): Promise<Entries> {
  const entries = oid === null ? [] : await tools.reader.tree(oid);
  if (entries === null) throw missing(oid, path);
  const isTaken = ({ name, mode }: TreeEntry) => {
    const child = path === '' ? name : `${path}/${name}`;
    if (mode === '120000' || mode === '160000' || !isSafeName(name)) return false;
    return mode === '40000' ? layout.classify(child).kind === 'other' : !layout.isFolder(child);
  };
  return new Map(entries.filter(isTaken).map((entry) => [entry.name, entry]));
}

async function readBlob(tools: JoinTools, oid: Oid): Promise<Uint8Array> {
  const content = await tools.reader.blob(oid);
  if (content === null) throw missing(oid, '');
  return content;
}

function missing(oid: Oid | null, path: string): AgentOsError {
  return new AgentOsError(
    'GIT_FAILED',
    `object ${oid} of the agent-os branch is missing${path && `, at ${path}`}`,
    {
      hint: 'Run `git fsck`, then `agent-os sync` to fetch what is missing.',
    },
  );
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

function distinctBy<T>(items: readonly T[], key: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [key(item), item])).values()];
}
