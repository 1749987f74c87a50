import { AgentOsError } from '../domain/errors.ts';
import type { Oid, RefName } from '../domain/names.ts';
import type { Person } from '../domain/ports.ts';
import { formatRecapNote, joinNotes } from '../domain/recap-notes.ts';
import type { Recap } from '../domain/schema/recap.ts';
import { noteTree, readNotes } from './notes-tree.ts';
import { openRecords, type Problem } from './records.ts';
import { readRecapsSince } from './report/read-recaps.ts';
import type { NotesPorts } from './repository-ports.ts';
import type { Workspace } from './workspace.ts';

export const NOTES_REF = 'refs/notes/agent-os' as RefName;
/** Notes belong to nobody: every clone makes the same ones of the same recaps. */
const AUTHOR: Person = { name: 'agent-os', email: 'agent-os@agent-os.invalid' };
const ATTEMPTS = 20;

export interface NotesReport {
  readonly ref: RefName;
  /** The notes' commit; null when there is nothing to note. */
  readonly tip: Oid | null;
  /** Commits that have a note. */
  readonly commits: number;
  /** Whether the remote has them. */
  readonly published: boolean;
  readonly problems: readonly Problem[];
}

/**
 * Write the recaps that list commits as git notes of those commits, joined with what this repository and the remote
 * have in the notes ref. No other notes ref is touched, and the ref moves by compare-and-swap only, here and there.
 * @param input.offline - leave the remote out
 * @throws AgentOsError NOT_INITIALISED, LOST_RACE, REMOTE_UNREACHABLE, REMOTE_REFUSED, OUTCOME_UNKNOWN, DISK_FULL
 */
export async function writeNotes(
  workspace: Workspace,
  input: { readonly offline?: boolean } = {},
): Promise<NotesReport> {
  const records = await openRecords(workspace);
  const wanted = collectNotes(await readRecapsSince(records, 0, Number.POSITIVE_INFINITY));
  const ports = await workspace.notes();
  const remote = input.offline === true ? null : workspace.remote;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (attempt > 0) await workspace.clock.sleep(workspace.random() * 50 * attempt);
    const theirs = remote === null ? null : await ports.fetch();
    const ours = (await ports.refs.read([NOTES_REF])).get(NOTES_REF) ?? null;
    const { tip, commits } = await joinTips(workspace, wanted, { ours, theirs });
    if (!(await move(ports, ours, tip))) continue;
    const report = { ref: NOTES_REF, tip, commits, problems: records.problems };
    if (remote === null || tip === null) return { ...report, published: false };
    if (tip === theirs) return { ...report, published: true };
    const outcome = await remote.refs.transact([{ ref: NOTES_REF, expect: theirs, to: tip }]);
    if (outcome.status === 'done') return { ...report, published: true };
    if (outcome.status !== 'lost') throw notPublished(remote.name, outcome);
  }
  throw new AgentOsError('LOST_RACE', `${NOTES_REF} was moved by others ${ATTEMPTS} times in a row`, {
    hint: 'Try again.',
  });
}

/** The recaps' blocks by commit. */
function collectNotes(recaps: readonly Recap[]): ReadonlyMap<string, readonly string[]> {
  const notes = new Map<string, string[]>();
  for (const recap of recaps) {
    const block = formatRecapNote(recap);
    for (const oid of recap.commits) notes.set(oid, [...(notes.get(oid) ?? []), block]);
  }
  return notes;
}

/** The tip that has all notes of both sides and the wanted ones: one of the two where it has them already. */
async function joinTips(
  { objects, clock }: Workspace,
  wanted: ReadonlyMap<string, readonly string[]>,
  { ours, theirs }: { readonly ours: Oid | null; readonly theirs: Oid | null },
): Promise<{ readonly tip: Oid | null; readonly commits: number }> {
  const sides = [ours, theirs].filter((oid) => oid !== null);
  const parents = await objects.history.maximal(sides);
  const found = await Promise.all(parents.map((tip) => readNotes(objects.reader, tip)));
  const commits = new Set([...wanted.keys(), ...found.flatMap(({ notes }) => [...notes.keys()])]);
  if (commits.size === 0) return { tip: ours ?? theirs, commits: 0 };
  const notes = new Map<string, Oid>();
  for (const commit of commits) {
    const known = [...new Set(found.flatMap((side) => side.notes.get(commit) ?? []))];
    const [first, second] = known;
    const added = wanted.get(commit) ?? [];
    if (first !== undefined && second === undefined && added.length === 0) {
      notes.set(commit, first);
      continue;
    }
    const texts = await Promise.all(known.map((oid) => objects.reader.blob(oid)));
    const before = texts.map((bytes) => new TextDecoder().decode(bytes ?? new Uint8Array()));
    const text = joinNotes([...before, ...added]);
    const same = known[before.indexOf(text)];
    notes.set(commit, same ?? (await objects.writer.blob(new TextEncoder().encode(text))));
  }
  const [only, second] = found;
  if (only !== undefined && second === undefined && isSame(only.notes, notes))
    return { tip: parents[0] ?? null, commits: notes.size };
  const tree = await objects.writer.tree(
    noteTree(
      notes,
      found.flatMap(({ others }) => others),
    ),
  );
  const at = Math.floor(clock.now() / 1000);
  const message = 'notes: recaps beside commits\n';
  return {
    tip: await objects.writer.commit({ tree, parents, message, author: AUTHOR, at }),
    commits: notes.size,
  };
}

function isSame(a: ReadonlyMap<string, Oid>, b: ReadonlyMap<string, Oid>): boolean {
  return a.size === b.size && [...a].every(([commit, oid]) => b.get(commit) === oid);
}

async function move({ refs }: NotesPorts, from: Oid | null, to: Oid | null): Promise<boolean> {
  if (to === null || to === from) return true;
  const outcome = await refs.transact([{ ref: NOTES_REF, expect: from, to }]);
  if (outcome.status === 'done' || outcome.status === 'lost') return outcome.status === 'done';
  throw new AgentOsError('GIT_FAILED', `${NOTES_REF} could not be moved: ${outcome.reason}`);
}

function notPublished(
  remote: string,
  { status, reason }: { readonly status: 'refused' | 'unknown'; readonly reason: string },
): AgentOsError {
  const code = status === 'refused' ? 'REMOTE_REFUSED' : 'OUTCOME_UNKNOWN';
  return new AgentOsError(code, `${remote} did not take ${NOTES_REF}: ${reason}`, {
    hint: 'The notes are in this repository; run `agent-os notes` again, or with --offline.',
  });
}
