import { weigh } from '../domain/commit-guard.ts';
import { AgentOsError } from '../domain/errors.ts';
import { findMentions } from '../domain/mentions.ts';
import { formatTrailers } from '../domain/trailers.ts';
import { isOfBranch } from './branch-commits.ts';
import type { CommitFollowers } from './commit-followers.ts';
import { readHookContext } from './hook-context.ts';
import { refreshMarker } from './marking.ts';
import type { Workspace } from './workspace.ts';

/** A line `@agent:NAME COMMAND` that cannot be dispatched, and why. */
export interface BadMention {
  readonly text: string;
  readonly problem: string;
  readonly hint?: string;
}

export interface MessageReport {
  readonly bad: readonly BadMention[];
  readonly isBlocked: boolean;
}

/**
 * Check the message of the commit under way, and add the trailers that it lacks; what is committed on the agent-os
 * branch is no code, and is left alone.
 * @param input.file - as git names it to the message hook
 * @throws AgentOsError what reading policy, index and locks throws
 */
export async function checkMessage(
  workspace: Workspace,
  input: {
    readonly file: string;
    readonly asked: string | null;
    readonly skip: boolean;
    readonly followers: CommitFollowers;
  },
): Promise<MessageReport> {
  const context = await readHookContext(workspace, input.asked);
  if (context === null) return { bad: [], isBlocked: false };
  const { guards } = context.policy;
  const hooks = await workspace.hooks();
  const head = await hooks.head();
  if (head !== null && (await isOfBranch(workspace, head))) return { bad: [], isBlocked: false };
  const message = await hooks.readMessage(input.file);
  const bad = input.skip ? [] : await findBadMentions(workspace, message, input.followers);
  const found = bad.map((detail) => ({ guard: 'dispatch' as const, detail }));
  const findings = weigh(found, { guards, agent: context.speaker });
  const isBlocked = findings.some(({ severity }) => severity === 'block');
  if (!isBlocked && guards.trailers) {
    const { askers, agent, session } = context;
    const locks = await workspace.locks();
    const { covering } =
      askers.length === 0
        ? { covering: [] }
        : await locks.judgePaths({ askers, paths: await hooks.stagedPaths() });
    await hooks.addTrailers(input.file, formatTrailers({ agent, session, locks: covering }));
  }
  await refreshMarker(workspace, { asked: input.asked });
  return { bad: findings.map(({ detail }) => detail), isBlocked };
}

async function findBadMentions(
  workspace: Workspace,
  message: string,
  followers: CommitFollowers,
): Promise<readonly BadMention[]> {
  const bad: BadMention[] = [];
  for (const { text } of findMentions(message)) {
    try {
      await followers.checkDispatch(workspace, { text });
    } catch (error) {
      if (!(error instanceof AgentOsError)) throw error;
      const { message: problem, hint } = error;
      bad.push({ text, problem, ...(hint !== undefined && { hint }) });
    }
  }
  return bad;
}
