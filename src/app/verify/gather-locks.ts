import type { ChainLink, CodeAudit } from '../../domain/code-audit.ts';
import { AgentOsError } from '../../domain/errors.ts';
import type { Claim } from '../../domain/locks/claims.ts';
import { decodeClaims } from '../../domain/locks/claims-codec.ts';
import { isDescribedBy, type LockRecord, readSubject } from '../../domain/locks/lock-record.ts';
import { decodeLockRecord } from '../../domain/locks/lock-record-codec.ts';
import { CLAIMS_REF, encodeResource, type Hash, LOCKS_PREFIX } from '../../domain/locks/lock-ref.ts';
import { rebuildClaims } from '../../domain/locks/rebuild-claims.ts';
import type { Oid, RefName, ResourceName } from '../../domain/names.ts';
import type { ObjectReader } from '../../domain/ports.ts';
import type { LockTrailer } from '../../domain/trailers.ts';
import type { Grant, LockFacts, LockStory } from '../../domain/verify/facts.ts';
import type { LockRefs } from '../../store/locks/authority.ts';
import { CLAIMS_FILE, RECORD_FILE } from '../../store/locks/board-reader.ts';
import { readRecordFile } from '../../store/locks/record-file.ts';

interface Sources {
  readonly reader: ObjectReader;
  readonly code: Pick<CodeAudit, 'chains'>;
  readonly hash: Hash;
}

/**
 * Every lock and claim; those that cannot be read are named. Where the table of claims is gone or broken, the records
 * tell what is claimed.
 * @throws AgentOsError SCHEMA_TOO_NEW: the table of claims, which a later version has written
 */
export async function gatherLocks(
  sources: Pick<Sources, 'reader' | 'hash'>,
  refs: LockRefs,
): Promise<LockFacts> {
  const records = new Map<ResourceName, LockRecord>();
  const broken: LockFacts['broken'][number][] = [];
  const mislabelled: LockFacts['mislabelled'][number][] = [];
  for (const [ref, oid] of refs.locks) {
    try {
      const record = await readLockRecord(sources, ref, oid);
      records.set(record.resource, record);
      const message = (await sources.reader.commit(oid))?.message ?? '';
      if (!isDescribedBy(record, message)) mislabelled.push({ ref, subject: readSubject(message), record });
    } catch (error) {
      if (!(error instanceof AgentOsError) || !/^(RECORD_BROKEN|SCHEMA_TOO_NEW)$/.test(error.code))
        throw error;
      broken.push({ ref, oid, problem: error.message });
    }
  }
  const { claims: oid } = refs;
  const listed = oid === null ? null : await tryClaims(sources.reader, oid);
  if (oid !== null && listed === null)
    broken.push({ ref: CLAIMS_REF, oid, problem: `commit ${oid} has no table of claims` });
  return { records, claims: listed ?? rebuildClaims(records.values()), broken, mislabelled };
}

/**
 * The record that a lock's ref points to.
 * @throws AgentOsError RECORD_BROKEN (also where it is the record of another resource), SCHEMA_TOO_NEW
 */
export async function readLockRecord(
  { reader, hash }: Pick<Sources, 'reader' | 'hash'>,
  ref: RefName,
  oid: Oid,
): Promise<LockRecord> {
  const record = decodeLockRecord(await readRecordFile(reader, oid, RECORD_FILE, ref), ref);
  if (`${LOCKS_PREFIX}${encodeResource(record.resource, hash)}` === ref) return record;
  throw new AgentOsError('RECORD_BROKEN', `${ref} holds the record of another resource`, {
    data: { ref, oid, resource: record.resource },
  });
}

/** null: nobody can read it. @throws AgentOsError SCHEMA_TOO_NEW */
export async function tryClaims(reader: ObjectReader, oid: Oid | null): Promise<readonly Claim[] | null> {
  try {
    return await readClaimsTable(reader, oid);
  } catch (error) {
    if (error instanceof AgentOsError && error.code === 'RECORD_BROKEN') return null;
    throw error;
  }
}

/** @throws AgentOsError RECORD_BROKEN, SCHEMA_TOO_NEW */
export async function readClaimsTable(reader: ObjectReader, oid: Oid | null): Promise<readonly Claim[]> {
  if (oid === null) return [];
  return decodeClaims(await readRecordFile(reader, oid, CLAIMS_FILE, CLAIMS_REF), CLAIMS_REF).claims;
}

/**
 * What the chains of the named locks tell of the named tokens, in one walk over all of them. A record is looked at
 * only where the subject of its commit ends with the token; what it says, and not the subject, counts.
 */
export async function gatherStories(
  sources: Sources,
  refs: LockRefs,
  named: readonly LockTrailer[],
): Promise<ReadonlyMap<string, LockStory>> {
  const wanted = new Map<ResourceName, Set<number>>();
  for (const { resource, token } of named) {
    wanted.set(resource, (wanted.get(resource) ?? new Set()).add(token));
  }
  const tipOf = (resource: ResourceName) =>
    refs.locks.get(`${LOCKS_PREFIX}${encodeResource(resource, sources.hash)}` as RefName);
  const tips = [...wanted.keys()].flatMap((resource) => tipOf(resource) ?? []);
  const links = new Map((await sources.code.chains(tips)).map((link) => [link.oid, link]));
  const stories = new Map<string, LockStory>();
  for (const [resource, tokens] of wanted) {
    const chain = follow(links, tipOf(resource));
    stories.set(resource, await readStory(sources.reader, { resource, chain, tokens }));
  }
  return stories;
}

/** From the tip to the first record: a record has the one before it as its only parent. */
function follow(links: ReadonlyMap<Oid, ChainLink>, tip: Oid | undefined): readonly ChainLink[] {
  const chain: ChainLink[] = [];
  const seen = new Set<Oid>();
  for (let at = tip; at !== undefined && !seen.has(at); ) {
    seen.add(at);
    const link = links.get(at);
    if (link === undefined) break;
    chain.push(link);
    at = link.parents[0];
  }
  return chain;
}

async function readStory(
  reader: ObjectReader,
  input: { readonly resource: string; readonly chain: readonly ChainLink[]; readonly tokens: Set<number> },
): Promise<LockStory> {
  const oldestFirst = input.chain.toReversed();
  const first = oldestFirst[0] === undefined ? null : await tryRecord(reader, oldestFirst[0].oid);
  const grants = new Map<number, readonly Grant[]>();
  for (const token of input.tokens) {
    for (const { oid, subject } of oldestFirst) {
      if (!subject.endsWith(` #${token}`)) continue;
      const record = await tryRecord(reader, oid);
      if (record === null || record.resource !== input.resource) continue;
      const found = grantsOf(record, token);
      if (found.length === 0) continue;
      grants.set(token, found);
      break;
    }
  }
  return { grants, firstToken: first?.token ?? Number.POSITIVE_INFINITY };
}

function grantsOf(record: LockRecord, token: number): readonly Grant[] {
  return record.leases
    .filter((lease) => lease.token === token)
    .map(({ agent, session }) => ({ agent, session, mode: record.mode, paths: record.paths }));
}

/** null: it cannot be read. */
export async function tryRecord(reader: ObjectReader, oid: Oid): Promise<LockRecord | null> {
  try {
    return decodeLockRecord(await readRecordFile(reader, oid, RECORD_FILE, oid), oid);
  } catch (error) {
    if (error instanceof AgentOsError && error.code !== 'GIT_FAILED') return null;
    throw error;
  }
}
