import { AgentOsError } from '../../domain/errors.ts';
import type { Oid, RefName } from '../../domain/names.ts';
import type { HistoryReader, ObjectReader, ObjectWriter, RefStore, Remote } from '../../domain/ports.ts';
import { conflictingRefs, OTHER_REF_HINT } from '../../domain/ref-conflict.ts';
import type { Branch } from '../branch.ts';

export interface FirstContactDependencies {
  /** The branch's name on the remote. */
  readonly branchRef: RefName;
  readonly branch: Branch;
  readonly history: HistoryReader;
  readonly reader: ObjectReader;
  readonly writer: ObjectWriter;
  /** The refs of this repository. */
  readonly refs: RefStore;
  /** null: coordination ends at this repository. */
  readonly remote: Remote | null;
}

export interface FirstContact {
  /** `created`: neither this clone nor the remote had the branch; `joined`: the remote had; `present`: only this clone had. */
  readonly how: 'created' | 'joined' | 'present';
  /** The one root of the branch. */
  readonly root: Oid;
}

/** Nothing was done: the remote has no branch of that name, but what looks like the team's branch under others. */
export interface FoundElsewhere {
  readonly how: 'elsewhere';
  readonly refs: readonly RefName[];
}

/** The name that is recommended where the default one does not do. */
const OTHER_REF = 'refs/agent-os/branch';
/** A remote with more branches is not searched. */
const SEARCHED = 5_000;

/**
 * Make sure that this clone has the branch: what the remote has is fetched first, and only where there is none a root
 * is created. The first round of sync publishes it.
 *
 * There is one root commit however many clones begin at once, offline ones among them, because the root says nothing
 * of who made it, when, or by which version: an empty tree, a fixed author, date and message. So all make the same
 * object, and no race has to be decided; everything else, README and policy too, is an operation on top of it.
 *
 * @param options.isChosen - the ref is the one that somebody asked for: then no other name is looked for
 * @throws AgentOsError REMOTE_UNREACHABLE; BAD_NAME when the ref is somebody's ordinary branch, here or on the remote,
 *   or cannot exist beside another ref; then nothing was changed
 */
export async function makeFirstContact(
  dependencies: FirstContactDependencies,
  options: { readonly isChosen: boolean },
): Promise<FirstContact | FoundElsewhere> {
  const { branch, branchRef, history, refs, remote, writer } = dependencies;
  const before = await branch.snapshot();
  const mirror = await remote?.fetch();
  if (remote !== null && mirror?.branch === null) {
    const elsewhere = options.isChosen ? [] : await findElsewhere(dependencies, remote);
    if (elsewhere.length > 0) return { how: 'elsewhere', refs: elsewhere };
    await assertPossible(remote.refs, branchRef, remote.name);
  }
  if (before.tip === null) await assertPossible(refs, branchRef, 'this repository');
  const root = await writeRoot(writer);
  const found =
    mirror === undefined ? [] : [mirror.branch, ...mirror.outboxes.values()].filter((oid) => oid !== null);

  for (const [tip, where] of [
    [before.tip, 'of this repository'],
    [mirror?.branch ?? null, `of ${remote?.name}`],
  ] as const) {
    if (tip !== null && !(await history.isReachable(root, tip))) throw notOurs(branchRef, where);
  }
  await branch.join([root, ...found]);
  // A gc that ran before the ref moved may have taken the root.
  await writeRoot(writer);
  return { how: found.length > 0 ? 'joined' : before.tip === null ? 'created' : 'present', root };
}

/**
 * Refs of the remote that are the branch under another name: the recommended one, and branches whose last commit, as
 * far as it is here, is one of ours.
 */
async function findElsewhere(
  { branchRef, history, reader, writer }: FirstContactDependencies,
  { refs }: Remote,
): Promise<readonly RefName[]> {
  const listed = await refs.read([OTHER_REF, 'refs/heads/']);
  const root = await writeRoot(writer);
  const isOurs = async (oid: Oid) => {
    const message = (await reader.commit(oid))?.message ?? '';
    return /^Agent-OS-(?:Op|Merge): /m.test(message) && (await history.isReachable(root, oid));
  };
  const found: RefName[] = [];
  for (const [ref, oid] of listed) {
    if (ref === branchRef) continue;
    if (ref === OTHER_REF || (listed.size <= SEARCHED && (await isOurs(oid)))) found.push(ref);
  }
  return found;
}

/** @throws AgentOsError BAD_NAME */
async function assertPossible(refs: RefStore, ref: RefName, where: string): Promise<void> {
  const [other] = (await refs.read(conflictingRefs(ref))).keys();
  if (other === undefined) return;
  throw new AgentOsError('BAD_NAME', `${ref} cannot exist beside ${other}, which ${where} has`, {
    hint: OTHER_REF_HINT,
    data: { ref, other },
  });
}

/** The team has its branch under another name, and a second one would split it. */
export function foundElsewhere(ref: RefName, remote: string, others: readonly RefName[]): AgentOsError {
  const [first = OTHER_REF] = others;
  return new AgentOsError(
    'BAD_NAME',
    `${remote} has no ${ref}, but the branch as ${others.join(' and as ')}`,
    {
      hint: `Say which one is meant: \`agent-os init --ref ${first}\`, or AGENT_OS_REF=${first} in CI.`,
      data: { ref, others },
    },
  );
}

/** 2026-01-01T00:00:00Z, in seconds; part of the format: another date would make another root. */
const ROOT_DATE = 1_767_225_600;

/** The one root of every agent-os branch. */
export async function writeRoot(writer: ObjectWriter): Promise<Oid> {
  return writer.commit({
    tree: await writer.tree([]),
    parents: [],
    message: 'agent-os: the beginning of this branch\n',
    author: { name: 'agent-os', email: 'agent-os@agent-os.invalid' },
    at: ROOT_DATE,
  });
}

function notOurs(ref: RefName, where: string): AgentOsError {
  return new AgentOsError(
    'BAD_NAME',
    `${ref} ${where} is another kind of branch: agent-os did not begin it`,
    {
      hint: `Choose another ref, for example \`agent-os init --ref ${OTHER_REF}\`.`,
    },
  );
}
