import { AgentOsError } from '../domain/errors.ts';
import { type JournalEntry, parseJournal } from '../domain/journal.ts';
import { findMentions } from '../domain/mentions.ts';
import type { AgentName, Oid, RecordId } from '../domain/names.ts';
import { parseTrailers } from '../domain/trailers.ts';
import { isOfBranch } from './branch-commits.ts';
import type { CommitFollowers } from './commit-followers.ts';
import { joinCommits } from './session-commits.ts';
import type { Workspace } from './workspace.ts';

const DISPATCHED = 'dispatched';
const KEPT = 1000;

export interface JournalWork {
  readonly followers: CommitFollowers;
  /** The workspace of another worktree of this clone; null when it is gone. */
  openAt(folder: string): Promise<Workspace | null>;
}

/**
 * Work off what the hooks have noted: commits join their sessions, commands in messages are dispatched, triggers fire.
 * A part that fails on purpose is left out, the rest goes on; a process that is killed has its part done again.
 * @returns the folders in which something happened
 */
export async function workJournal(workspace: Workspace, work: JournalWork): Promise<readonly string[]> {
  const { journal } = await workspace.hooks();
  const folders = new Set<string>();
  for (const { text, done } of await journal.take()) {
    const noted = parseJournal(text);
    for (const { folder } of noted) folders.add(folder);
    const entries = await withoutBranch(workspace, noted);
    await joinAll(workspace, entries, work);
    await follow(workspace, entries, work.followers);
    await done();
  }
  return [...folders];
}

/** What is committed on the agent-os branch is nobody's work on the code. */
async function withoutBranch(
  workspace: Workspace,
  entries: readonly JournalEntry[],
): Promise<readonly JournalEntry[]> {
  const kept: JournalEntry[] = [];
  for (const entry of entries) {
    const { event } = entry;
    const isCommit = event.kind === 'commit' || event.kind === 'pick';
    if (!isCommit || !(await isOfBranch(workspace, event.oid))) kept.push(entry);
  }
  return kept;
}

interface Group {
  readonly agent: AgentName;
  readonly session: RecordId;
  readonly folder: string;
  readonly events: JournalEntry['event'][];
}

async function joinAll(
  workspace: Workspace,
  entries: readonly JournalEntry[],
  { openAt }: JournalWork,
): Promise<void> {
  const groups = new Map<string, Group>();
  for (const entry of entries) {
    const { folder } = entry;
    const who = await whoseIs(entry, () => openAt(folder));
    if (who === null) continue;
    const key = `${who.session} ${folder}`;
    const group = groups.get(key) ?? { ...who, folder, events: [] };
    if (await isOwn(workspace, entry.event, who.session)) group.events.push(entry.event);
    groups.set(key, group);
  }
  for (const { agent, session, folder, events } of groups.values()) {
    await unlessExpected(async () => {
      const there = await openAt(folder);
      const head = await there?.code.head();
      await joinCommits(workspace, { agent, session, events, branch: head?.branch ?? null });
    });
  }
}

/** The session that the hook knew, else the one that is active where it ran. */
async function whoseIs({ agent, session }: JournalEntry, open: () => Promise<Workspace | null>) {
  if (agent !== null && session !== null) return { agent, session };
  const active = (await (await open())?.sessions.list()) ?? [];
  const [first, second] = agent === null ? active : active.filter((one) => one.agent === agent);
  return first !== undefined && second === undefined ? first : null;
}

/** A rebase makes others' commits again: those are told by their trailers. */
async function isOwn(
  { objects }: Workspace,
  event: JournalEntry['event'],
  session: RecordId,
): Promise<boolean> {
  if (event.kind !== 'pick') return true;
  const commit = await objects.reader.commit(event.oid);
  return commit !== null && parseTrailers(commit.message).sessions.includes(session);
}

async function follow(
  workspace: Workspace,
  entries: readonly JournalEntry[],
  followers: CommitFollowers,
): Promise<void> {
  const commits = entries.flatMap(({ event, agent }) =>
    event.kind === 'commit' ? [{ oid: event.oid, agent }] : [],
  );
  for (const { oid, agent } of commits)
    await unlessExpected(() => dispatchFrom(workspace, oid, agent, followers));
  if (commits.length > 0) {
    await unlessExpected(async () => {
      await followers.fireTriggers(workspace, { commits: commits.map(({ oid }) => oid) });
    });
  }
}

/**
 * Each command once in this clone, however often its commit is amended, rebased or picked: author, time and line stay the
 * same. In other clones that have the commit the message's id sees to it.
 */
async function dispatchFrom(
  workspace: Workspace,
  oid: Oid,
  agent: AgentName | null,
  followers: CommitFollowers,
): Promise<void> {
  const commit = await workspace.objects.reader.commit(oid);
  const mentions = commit === null ? [] : findMentions(commit.message);
  if (mentions.length === 0) return;
  const hooks = await workspace.hooks();
  const origin = await hooks.authorship(oid);
  for (const { text } of mentions) {
    const key = workspace.hash(`${origin} ${text}`).slice(0, 32);
    if (parseKeys(await hooks.files.read(DISPATCHED)).includes(key)) continue;
    await unlessExpected(async () => {
      const source = { commit: oid };
      await followers.dispatchCommand(workspace, { text, source, ...(agent !== null && { agent }) });
    });
    await hooks.files.update(DISPATCHED, (current) => [...parseKeys(current), key].slice(-KEPT));
  }
}

function parseKeys(document: unknown): readonly string[] {
  return Array.isArray(document) ? document.filter((key) => typeof key === 'string') : [];
}

/** What one commit cannot have, the others still get. */
async function unlessExpected(step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (error) {
    if (!(error instanceof AgentOsError) || error.code === 'INTERNAL') throw error;
  }
}
