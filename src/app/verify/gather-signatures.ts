import { classify } from '../../domain/layout.ts';
import { CLAIMS_REF } from '../../domain/locks/lock-ref.ts';
import type { AgentName, Oid, RefName } from '../../domain/names.ts';
import type { ObjectReader } from '../../domain/ports.ts';
import { type TrustedKeys, trustKeys } from '../../domain/signing/keys.ts';
import type { Draft, Severities } from '../../domain/verify/finding.ts';
import {
  findBadSignatures,
  findNewKeys,
  isSame,
  newHolders,
  type SignedPlace,
} from '../../domain/verify/signatures.ts';
import type { Snapshot } from '../../store/branch.ts';
import { isOwnMerge } from '../../store/commit-message.ts';
import type { LockRefs } from '../../store/locks/authority.ts';
import { takeSnapshot } from '../../store/snapshot.ts';
import { writeRoot } from '../../store/sync/first-contact.ts';
import { readRecord } from '../records.ts';
import type { Audit } from '../repository-ports.ts';
import { type BranchPlace, isFalseMerge } from './gather-branch.ts';
import { tryClaims, tryRecord } from './gather-locks.ts';
import { tolerant } from './gather-people.ts';
import { type DecidingState, readPolicy } from './remote-state.ts';

/** The keys of each agent whose card names any, as the cards write them. */
export type CardKeys = ReadonlyMap<AgentName, readonly string[]>;

/** A card that cannot be read names no key. */
export async function gatherKeys(snapshot: Snapshot): Promise<CardKeys> {
  const found = new Map<AgentName, readonly string[]>();
  for (const { name } of await snapshot.list('agents')) {
    const path = `agents/${name}`;
    const place = classify(path);
    if (place.kind !== 'card') continue;
    const card = await tolerant(() => readRecord(snapshot, 'card', path));
    if (card?.keys !== undefined && card.keys.length > 0) found.set(place.agent, card.keys);
  }
  return found;
}

export function trust(cards: CardKeys): TrustedKeys {
  return trustKeys([...cards].map(([agent, keys]) => ({ agent, keys })));
}

/**
 * How bad it is, by the stricter of two policies: of the branch's tip, and of where it was before, so that no push
 * takes back the rule that it breaks.
 */
export async function signatureSeverity(
  { objects: { reader }, settings: { branch } }: BranchPlace,
  { code }: Pick<Audit, 'code'>,
  { state, before }: { readonly state: Pick<DecidingState, 'config' | 'tip'>; readonly before: Oid | null },
): Promise<Severities['signatures']> {
  const present = state.config.verify.signatures;
  if (before === null || present === 'error') return present;
  // A shallow clone may lack it until its history was asked for.
  if ((await reader.commit(before)) === null) await code.roots(branch, state.tip);
  const base = await reader.commit(before);
  if (base === null) return present;
  const former = (await readPolicy(await takeSnapshot(reader, base), branch)).verify.signatures;
  return former === 'error' || present === 'off' ? former : present;
}

/**
 * Operations since an earlier tip of the branch, and the records of running locks. Keys are those of the cards at that
 * earlier tip, so that nothing under check vouches for itself; where none is known, a check of commits, which are not
 * on the branch, takes those of its tip for the locks.
 */
export async function checkSignatures(
  workspace: BranchPlace,
  audit: Audit,
  input: {
    readonly state: Pick<DecidingState, 'refs' | 'tip' | 'snapshots'>;
    readonly severity: Severities['signatures'];
    readonly before: Oid | null;
    readonly deep: boolean;
  },
): Promise<{ readonly drafts: readonly Draft[]; readonly unknown: readonly string[] }> {
  const { state, severity, before, deep } = input;
  if (severity === 'off') return { drafts: [], unknown: [] };
  const { reader } = workspace.objects;
  const { branch } = workspace.settings;
  // Brings the history of a shallow clone, so that no walk ends early.
  await audit.code.roots(branch, state.tip);
  const base = before === null ? null : await reader.commit(before);
  const present = await gatherKeys(state.snapshots[0]);
  const trusted = base === null ? present : await gatherKeys(await takeSnapshot(reader, base));
  const keys = trust(trusted);
  const range = { tips: [state.tip], without: base === null ? [] : [base.oid] };
  const operations = base === null ? [] : await gatherOperations(workspace, audit, { ...range, keys });
  const records = await gatherRecords({ reader, code: audit.code }, state.refs, keys);
  const isUnknown = base === null && (deep || before !== null) && severity === 'error';
  return {
    drafts: [...findBadSignatures([...operations, ...records], keys), ...findNewKeys(trusted, present)],
    unknown: isUnknown
      ? [
          `whose keys sign for whom is taken from where ${branch} was when a check passed here, and none has: give --before with a commit that you trust, ${state.tip} to begin with what is there now`,
        ]
      : [],
  };
}

/** What has to be signed of the branch: all but the root, and merges that hold what their parents make. */
export async function gatherOperations(
  workspace: BranchPlace,
  { code, scratch }: Audit,
  input: { readonly tips: readonly Oid[]; readonly without: readonly Oid[]; readonly keys: TrustedKeys },
): Promise<readonly SignedPlace[]> {
  const { tips, without, keys } = input;
  const root = await writeRoot(scratch.writer);
  const tools = { ...scratch, hash: workspace.hash };
  const places: SignedPlace[] = [];
  for (const commit of await code.signatures({ tips, without, walk: true }, keys.allowedSigners)) {
    if (commit.oid === root) continue;
    if (isOwnMerge(commit) && !(await isFalseMerge(tools, commit.oid))) continue;
    places.push({ commit, ref: workspace.settings.branch });
  }
  return places;
}

/** A record that has to be signed. */
export interface RecordToSign {
  readonly oid: Oid;
  readonly ref: RefName;
  readonly holders: readonly string[];
}

/** The table of claims, and of each lock that is held the records that gave or renewed its leases. */
async function gatherRecords(
  sources: { readonly reader: ObjectReader; readonly code: Audit['code'] },
  { locks, claims }: LockRefs,
  keys: TrustedKeys,
): Promise<readonly SignedPlace[]> {
  const { reader, code } = sources;
  const due: RecordToSign[] = [];
  for (const [ref, oid] of locks) due.push(...(await givingRecords(reader, ref, oid)));
  if (claims !== null && (await tryClaims(reader, claims))?.length)
    due.push({ oid: claims, ref: CLAIMS_REF, holders: [] });
  return readPlaces(code, due, keys);
}

export async function readPlaces(
  code: Audit['code'],
  due: readonly RecordToSign[],
  { allowedSigners }: TrustedKeys,
): Promise<readonly SignedPlace[]> {
  const tips = [...new Set(due.map(({ oid }) => oid))];
  const read = await code.signatures({ tips, without: [], walk: false }, allowedSigners);
  const commits = new Map(read.map((commit) => [commit.oid, commit]));
  return due.flatMap(({ oid, ref, holders }) => {
    const commit = commits.get(oid);
    return commit === undefined ? [] : [{ commit, ref, holders }];
  });
}

/** From the newest record back to where the oldest of its leases began; none of a lock that is free or broken. */
async function givingRecords(reader: ObjectReader, ref: RefName, tip: Oid): Promise<readonly RecordToSign[]> {
  const records: RecordToSign[] = [];
  let record = await tryRecord(reader, tip);
  let open = record?.leases ?? [];
  for (let oid = tip; record !== null && open.length > 0; ) {
    const parent = (await reader.commit(oid))?.parents[0];
    const before = parent === undefined ? null : await tryRecord(reader, parent);
    records.push({ oid, ref, holders: newHolders(before, record) });
    open = open.filter((lease) => before?.leases.some((old) => isSame(old, lease)));
    if (parent === undefined) break;
    [oid, record] = [parent, before];
  }
  return records;
}
