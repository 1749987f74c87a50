import { cardPath } from '../../domain/layout.ts';
import type { AgentName } from '../../domain/names.ts';
import { assembleReport } from '../../domain/report/assemble.ts';
import { ANSWERS_WITHIN } from '../../domain/report/conversation.ts';
import type { Report } from '../../domain/report/report.ts';
import { planScope } from '../../domain/report/scope.ts';
import type { Card } from '../../domain/schema/card.ts';
import { readConflicts } from '../documents.ts';
import type { RecordReader } from '../records.ts';
import { readSessions, readStaleAfter } from '../session-records.ts';
import type { Workspace } from '../workspace.ts';
import { findMakers } from './find-makers.ts';
import { readHeldLocks } from './read-held-locks.ts';
import { readMessagesBetween } from './read-messages.ts';
import { addNamedSessions } from './read-range-sessions.ts';
import { readRecapsSince } from './read-recaps.ts';
import { openReportRecords } from './report-records.ts';

/** So many commits are reported, the latest; a range with more says so. */
const COMMITS = 5000;
/** Work that is older than this many days is not what others do right now. */
const RECENT_DAYS = 30;

/**
 * What a reviewer reads before the diff of a range: who made it, under which tasks and locks, what was said, decided
 * and left open, and who works on the same paths elsewhere. As this clone knows it: the remote is asked for nothing
 * but commits of the range that are missing here.
 * @param input.range - `A..B`; default: from the remote's main branch to HEAD
 * @param input.offline - not even for those
 * @throws AgentOsError NOT_INITIALISED, BAD_VALUE (the range), CANNOT_VERIFY (it is not here and cannot be fetched),
 *   REMOTE_UNREACHABLE, GIT_FAILED
 */
export async function createReport(
  workspace: Workspace,
  input: { readonly range?: string; readonly offline?: boolean } = {},
): Promise<Report> {
  const now = workspace.clock.now();
  const [records, review] = await Promise.all([
    openReportRecords(workspace),
    workspace.review({ offline: input.offline ?? false }),
  ]);
  const readHistory = async () => {
    const range = await review.resolve(input.range ?? null);
    const [walked, unmerged] = await Promise.all([
      review.commits(range, COMMITS + 1),
      review.unmerged(range, RECENT_DAYS),
    ]);
    return { range, walked, unmerged };
  };
  const [{ range, walked, unmerged }, latest, staleAfter, locksNow, conflicts] = await Promise.all([
    readHistory(),
    readSessions(records),
    readStaleAfter(records),
    readCurrentLocks(workspace, records),
    readConflicts(workspace, records),
  ]);
  const commits = walked.slice(0, COMMITS);
  const firstAuthored = Math.min(now, ...commits.map(({ authoredAt }) => authoredAt * 1000));
  const [sessions, recapsSince] = await Promise.all([
    addNamedSessions(records, latest, commits),
    readRecapsSince(records, firstAuthored),
  ]);
  const known = { commits, sessions, recaps: recapsSince };
  const makers = await findMakers(review, known, { branch: range.branch, now });
  const scope = planScope(makers, sessions, now);
  // A squash merge is authored after the work that it is made of, and after the recaps of that work.
  const begin = scope.time?.start ?? firstAuthored;
  const recaps = begin < firstAuthored ? await readRecapsSince(records, begin) : recapsSince;
  const [messages, held, cards] = await Promise.all([
    scope.time === null
      ? []
      : readMessagesBetween(records, { start: scope.time.start, end: scope.time.end + ANSWERS_WITHIN }),
    readHeldLocks({ workspace, review, records }, scope),
    readCards(records, [...scope.agents, ...recaps.map(({ agent }) => agent)]),
  ]);
  return assembleReport({
    ...{ range, commits, makers, scope, recaps, messages, cards, held, locksNow, unmerged, now, staleAfter },
    truncated: walked.length > COMMITS,
    active: sessions.filter(({ status }) => status === 'active'),
    conflicts: conflicts.map(({ file, pointer, agent, reason }) => ({ file, pointer, agent, reason })),
    problems: records.problems,
  });
}

async function readCurrentLocks(workspace: Workspace, records: RecordReader) {
  const { locks, broken } = await (await workspace.locks()).list();
  for (const { ref, problem } of broken) records.report({ path: ref, message: problem });
  return locks;
}

async function readCards(
  records: RecordReader,
  agents: readonly AgentName[],
): Promise<ReadonlyMap<AgentName, Card>> {
  const cards = new Map<AgentName, Card>();
  for (const agent of new Set(agents)) {
    const card = await records.read('card', cardPath(agent));
    if (card !== null) cards.set(agent, card);
  }
  return cards;
}
