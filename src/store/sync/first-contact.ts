import { AgentOsError } from '../../domain/errors.ts';
import type { Oid, RefName } from '../../domain/names.ts';
import type { HistoryReader, ObjectWriter, Remote } from '../../domain/ports.ts';
import type { Branch } from '../branch.ts';

export interface FirstContactDependencies {
  /** The branch's name on the remote. */
  readonly branchRef: RefName;
  readonly branch: Branch;
  readonly history: HistoryReader;
  readonly writer: ObjectWriter;
  /** null: coordination ends at this repository. */
  readonly remote: Remote | null;
}

export interface FirstContact {
  /** `created`: neither this clone nor the remote had the branch; `joined`: the remote had; `present`: only this clone had. */
  readonly how: 'created' | 'joined' | 'present';
  /** The one root of the branch. */
  readonly root: Oid;
}

/**
 * Make sure that this clone has the branch: what the remote has is fetched first, and only where there is none a root
 * is created. The first round of sync publishes it.
 *
 * There is one root commit however many clones begin at once, offline ones among them, because the root says nothing
 * of who made it, when, or by which version: an empty tree, a fixed author, date and message. So all make the same
 * object, and no race has to be decided; everything else, README and policy too, is an operation on top of it.
 *
 * @throws AgentOsError REMOTE_UNREACHABLE; BAD_NAME when the ref on the remote is somebody's ordinary branch
 */
export async function makeFirstContact(dependencies: FirstContactDependencies): Promise<FirstContact> {
  const { branch, branchRef, history, remote, writer } = dependencies;
  const before = await branch.snapshot();
  const mirror = await remote?.fetch();
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
      hint: 'Choose another ref, for example `agent-os init --ref refs/agent-os/branch`.',
    },
  );
}
