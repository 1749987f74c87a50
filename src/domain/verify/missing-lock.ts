import { type PathPattern, patternsOf } from '../locks/path-pattern.ts';
import type { AgentName } from '../names.ts';
import { type CodeCommitFacts, isMadeBy, type LockStory, namePaths, type Requirement } from './facts.ts';
import type { Draft } from './finding.ts';

export interface RequirementFacts {
  readonly requirements: readonly Requirement[];
  readonly exemptAgents: ReadonlySet<AgentName>;
  readonly exemptPaths: readonly PathPattern[];
  readonly stories: ReadonlyMap<string, LockStory>;
}

/**
 * Commits that change a path which needs a lock, and name none that covered it: one whose token was given to the
 * commit's session, on the required resource or with globs over the path. Every agent that a commit names must be
 * exempt for the commit to be.
 */
export function findMissingLocks(
  commits: readonly CodeCommitFacts[],
  facts: RequirementFacts,
): readonly Draft[] {
  const drafts: Draft[] = [];
  for (const commit of commits) {
    const { agents } = commit.trailers;
    if (agents.size > 0 && [...agents].every((agent) => facts.exemptAgents.has(agent))) continue;
    const held = heldBy(commit, facts.stories);
    for (const requirement of facts.requirements) {
      if (held.some(({ resource }) => resource === requirement.resource)) continue;
      const bare = commit.paths.filter(
        (path) =>
          matches(requirement.patterns, path) &&
          !matches(facts.exemptPaths, path) &&
          !held.some(({ patterns }) => matches(patterns, path)),
      );
      const [path] = bare;
      if (path === undefined) continue;
      drafts.push({
        rule: 'missing-lock',
        commit: commit.oid,
        path,
        message: `changes ${namePaths(bare)} without a lock, and config.yaml requires one on ${requirement.text}`,
        hint:
          requirement.resource === null
            ? 'Lock the paths with `agent-os lock RESOURCE --paths GLOB`, and commit again.'
            : `Lock it with \`agent-os lock ${requirement.resource}\`, and commit again.`,
      });
    }
  }
  return drafts;
}

function heldBy(commit: CodeCommitFacts, stories: RequirementFacts['stories']) {
  return commit.trailers.locks.flatMap(({ resource, token }) => {
    const grants = stories.get(resource)?.grants.get(token) ?? [];
    return grants
      .filter((grant) => isMadeBy(commit, grant))
      .map((grant) => ({ resource, patterns: patternsOf(grant) }));
  });
}

function matches(patterns: readonly PathPattern[], path: string): boolean {
  return patterns.some((pattern) => pattern.matches(path));
}
