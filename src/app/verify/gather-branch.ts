import { decode } from '../../domain/codec.ts';
import { decodeStamps } from '../../domain/document/stamps-file.ts';
import { AgentOsError } from '../../domain/errors.ts';
import { classify, type Place, recordTime } from '../../domain/layout.ts';
import { type Oid, quoted } from '../../domain/names.ts';
import { KINDS, type Kind } from '../../domain/schema/kinds.ts';
import { type BranchEntry, badRecord, findBadEntries } from '../../domain/verify/branch-content.ts';
import type { BranchHistoryFacts } from '../../domain/verify/branch-history.ts';
import type { Draft } from '../../domain/verify/finding.ts';
import { isOwnMerge } from '../../store/commit-message.ts';
import { type JoinTools, joinCommits } from '../../store/join-trees.ts';
import { writeRoot } from '../../store/sync/first-contact.ts';
import { isSafeName } from '../../store/tree-path.ts';
import type { Audit } from '../repository-ports.ts';
import type { Workspace } from '../workspace.ts';

/** The part of a workspace that a server has too. */
export interface BranchPlace {
  readonly objects: Pick<Workspace['objects'], 'reader' | 'history'>;
  readonly hash: Workspace['hash'];
  readonly settings: Pick<Workspace['settings'], 'branch'>;
}

/** How many merges are made again where none is known to be in order. */
const MERGES = 200;
const BATCH = 64;

/**
 * Where the branch comes from, and whether it still has what it had.
 * @param before - an earlier tip
 * @param judged - what was found in order before: merges since then are made again, and compared; the latest 200 where
 * nothing was. null: none are
 */
export async function gatherHistory(
  workspace: BranchPlace,
  audit: Audit,
  input: { readonly tip: Oid; readonly before: Oid | null; readonly judged: readonly Oid[] | null },
): Promise<BranchHistoryFacts> {
  const { tip, before, judged } = input;
  const { code, scratch } = audit;
  const roots = await code.roots(workspace.settings.branch, tip);
  const known = before === null ? null : await workspace.objects.reader.commit(before);
  const isKept =
    before !== null && known !== null && (await workspace.objects.history.isReachable(before, tip));
  const falseMerges = judged === null ? [] : await findFalseMerges(workspace, audit, { tip, judged });
  return {
    ref: workspace.settings.branch,
    tip,
    roots,
    expectedRoot: await writeRoot(scratch.writer),
    before: before === null ? null : { oid: before, isKept },
    falseMerges,
  };
}

async function findFalseMerges(
  { objects: { reader }, hash }: BranchPlace,
  { code, scratch }: Audit,
  { tip, judged }: { readonly tip: Oid; readonly judged: readonly Oid[] },
): Promise<readonly Oid[]> {
  // A clone may have lost what the branch does not have any more.
  const here = await Promise.all(judged.map((oid) => reader.commit(oid)));
  const without = here.flatMap((commit) => commit?.oid ?? []);
  const merges = await code.merges({ tip, without }, without.length === 0 ? MERGES : null);
  const found: Oid[] = [];
  for (const merge of merges) {
    if (await isFalseMerge({ ...scratch, hash }, merge)) found.push(merge);
  }
  return found;
}

/** A merge of the version that this program makes holds the join of its parents and nothing else. */
export async function isFalseMerge(tools: JoinTools, oid: Oid): Promise<boolean> {
  const merge = await tools.reader.commit(oid);
  if (merge === null || !isOwnMerge(merge)) return false;
  const read = await Promise.all(merge.parents.map((parent) => tools.reader.commit(parent)));
  const parents = read.filter((parent) => parent !== null);
  return parents.length < read.length || (await joinCommits(tools, parents)) !== merge.tree;
}

/**
 * Which files are read, beside documents, which always are: all, those of some paths, or sessions and recaps made since
 * a time: what a check of commits goes by.
 */
export type Reading =
  | { readonly files: 'all' }
  | { readonly files: ReadonlySet<string> }
  /** Milliseconds since 1970. */
  | { readonly since: number };

/** Every entry of the branch by its name, mode and size; and the content of those that are read, by its schema. */
export async function findBadFiles(
  workspace: Pick<BranchPlace, 'objects'>,
  { code }: Pick<Audit, 'code'>,
  { tip, reading }: { readonly tip: Oid; readonly reading: Reading },
): Promise<readonly Draft[]> {
  const listed = await code.entries(tip);
  const entries = listed.map((entry) => Object.assign(entry, { isSafe: isSafePath(entry.path) }));
  const drafts = [...findBadEntries(entries)];
  const isFine = ({ mode, isSafe }: BranchEntry) => isSafe && (mode === '100644' || mode === '100755');
  const due = entries.filter((entry) => isFine(entry) && isRead(entry.path, reading));
  for (let start = 0; start < due.length; start += BATCH) {
    const found = await Promise.all(
      due.slice(start, start + BATCH).map(async ({ path, oid }) => {
        const bytes = await workspace.objects.reader.blob(oid);
        return bytes === null ? null : problemOf(path, bytes);
      }),
    );
    drafts.push(...found.filter((draft) => draft !== null));
  }
  return drafts;
}

function isSafePath(path: string): boolean {
  return path.split('/').every(isSafeName);
}

/** Nearly everything on a branch; what a check of commits does not go by is told by its folder alone. */
const NOT_GONE_BY = /^(?:messages|logs|attachments)\//;

function isRead(path: string, reading: Reading): boolean {
  if ('files' in reading) return reading.files === 'all' || reading.files.has(path);
  if (NOT_GONE_BY.test(path)) return false;
  const place = classify(path);
  return (place.kind !== 'session' && place.kind !== 'recap') || recordTime(place.id) >= reading.since;
}

function problemOf(path: string, bytes: Uint8Array): Draft | null {
  const place = classify(path);
  if (place.kind !== 'stamps' && !isKind(place.kind)) return null;
  try {
    if (place.kind === 'stamps') decodeStamps(bytes, path);
    else if (!belongs(place, decode(place.kind, bytes, path) as unknown as Readonly<Record<string, unknown>>))
      return badRecord({ path, message: `${quoted(path, 200)} says that it belongs elsewhere` });
    return null;
  } catch (error) {
    if (error instanceof AgentOsError) return badRecord({ path, message: error.message });
    throw error;
  }
}

/** Whether a record says what its path says: otherwise whoever wrote it could make it pass for another's. */
function belongs(place: Place, record: Readonly<Record<string, unknown>>): boolean {
  switch (place.kind) {
    case 'session':
    case 'recap':
      return record['id'] === place.id && record['agent'] === place.agent;
    case 'message':
      return record['id'] === place.id && record['to'] === place.agent;
    case 'log':
      return record['agent'] === place.agent && record['day'] === place.day;
    default:
      return true;
  }
}

function isKind(kind: string): kind is Kind {
  return Object.hasOwn(KINDS, kind);
}
