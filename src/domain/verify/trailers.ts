import type { AgentName, RecordId } from '../names.ts';
import type { CodeCommitFacts } from './facts.ts';
import type { Draft } from './finding.ts';

/** Who is known on the branch. */
export interface PeopleFacts {
  /** Agents with a card or a session. */
  readonly agents: ReadonlySet<AgentName>;
  /** The agent of each session that is on the branch. */
  readonly sessions: ReadonlyMap<RecordId, AgentName>;
  /** Sessions with smaller ids may have been removed by gc: by agent. */
  readonly forgotten: Readonly<Record<string, string>>;
}

/** Commits whose trailers cannot be read, name agents or sessions that the branch does not know, or do not fit together. */
export function findBadTrailers(commits: readonly CodeCommitFacts[], people: PeopleFacts): readonly Draft[] {
  return commits.flatMap((commit) =>
    judge(commit, people).map(
      ([message, hint]): Draft => ({ rule: 'trailers', commit: commit.oid, message, hint }),
    ),
  );
}

type Verdict = readonly [message: string, hint: string];

function judge({ trailers }: CodeCommitFacts, people: PeopleFacts): readonly Verdict[] {
  const { agents, sessions, locks, problems } = trailers;
  const verdicts: Verdict[] = problems.map((problem) => [problem, 'Amend the message of the commit.']);
  for (const agent of agents) {
    if (people.agents.has(agent)) continue;
    verdicts.push([
      `names the agent ${agent}, whom the branch does not know`,
      `Publish its session or card: \`agent-os sync\` in its clone, or \`agent-os agent add ${agent}\`.`,
    ]);
  }
  for (const session of sessions) {
    const owner = people.sessions.get(session);
    if (owner === undefined) {
      const isForgotten = [...agents].some((agent) => session < (people.forgotten[agent] ?? ''));
      if (!isForgotten) {
        verdicts.push([
          `names the session ${session}, which is not on the branch`,
          'Publish it: `agent-os sync` in its clone.',
        ]);
      }
    } else if (!agents.has(owner)) {
      verdicts.push([
        `names the session ${session}, which is ${owner}'s and not ${[...agents].join(', ') || "the commit's agent's"}`,
        `Add \`Agent-OS-Agent: ${owner}\`, or commit in a session of your own.`,
      ]);
    }
  }
  if (locks.length > 0 && sessions.size === 0 && agents.size === 0) {
    verdicts.push(['names a lock, and nobody who held it', 'Commit with the hooks of agent-os installed.']);
  }
  return verdicts;
}
