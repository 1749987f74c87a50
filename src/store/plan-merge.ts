import { AgentOsError } from '../domain/errors.ts';
import type { Oid } from '../domain/names.ts';
import type { NewCommit, Person } from '../domain/ports.ts';
import { readClock, writeMergeMessage } from './commit-message.ts';
import type { JoinTools } from './join-trees.ts';

/** Merges belong to nobody: two clones that merge the same tips must make the same commit. */
const MERGE_AUTHOR: Person = { name: 'agent-os', email: 'agent-os@agent-os.invalid' };

/**
 * The merge of tips of the branch, whose trees `writer` gets. It depends on its parents alone: every clone makes the
 * same commit of the same tips.
 * @throws AgentOsError GIT_FAILED when one is missing
 */
export async function planMerge(tools: JoinTools, tips: readonly Oid[]): Promise<NewCommit> {
  const parents = await Promise.all(
    tips.map(async (tip) => {
      const parent = await tools.reader.commit(tip);
      if (parent === null) throw new AgentOsError('GIT_FAILED', `commit ${tip} to be merged is missing`);
      return parent;
    }),
  );
  const clocks = await Promise.all(parents.map((parent) => readClock(tools.reader, parent)));
  // Most commands merge nothing.
  const { joinCommits } = await import('./join-trees.ts');
  return {
    tree: await joinCommits(tools, parents),
    parents: tips,
    message: writeMergeMessage(tips.length, Math.max(...clocks)),
    author: MERGE_AUTHOR,
    at: Math.max(...parents.map(({ committedAt }) => committedAt)),
  };
}
