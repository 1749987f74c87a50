import { parseRecap } from '../app/recap-text.ts';
import { formatTime } from '../app/records.ts';
import { decode, encode } from '../domain/codec.ts';
import { derivedId } from '../domain/derived-id.ts';
import { classify, recapPath, recordTime } from '../domain/layout.ts';
import type { AgentName, RecordId } from '../domain/names.ts';
import type { Recap } from '../domain/schema/recap.ts';
import type { Snapshot } from '../store/branch.ts';
import { putAside } from './aside.ts';
import { isSameStamp, type Stamp, WORK_FOLDER } from './files.ts';
import { formatRecapFile, parseRecapFile, recapFileName } from './recap-file.ts';
import {
  attempt,
  findWriter,
  hasChanged,
  oidOf,
  type Round,
  readText,
  remember,
  report,
  type Writer,
} from './round.ts';

/** So many recaps are rendered: the latest. */
const SHOWN = 50;
const LATEST = 'latest.md';
const LATEST_PATH = `recaps/${LATEST}`;
const TAKEN = 'latest-';

interface RecapPlace {
  readonly id: RecordId;
  readonly agent: AgentName;
  readonly path: string;
}

/** Take up Markdown files in `recaps/` that are new or were changed by hand. They stay where they are. */
export async function takeUpRecaps(round: Round): Promise<void> {
  const { files } = round;
  for (const name of files.list(WORK_FOLDER).filter((entry) => entry.startsWith(TAKEN)))
    await takeUpOld(round, name);
  for (const name of files.list('recaps')) {
    const path = `recaps/${name}`;
    if (!isRecapName(name) || isAlias(round, path)) continue;
    if (hasChanged(round, path)) await attempt(round, path, () => takeUpFile(round, name));
  }
}

/** `*.md`, without what editors keep beside the files that they edit. */
export function isRecapName(name: string): boolean {
  return name.endsWith('.md') && !/^[.#~]/.test(name);
}

/** A symlink to another recap is nothing new; one that leads out of the view is not followed. */
function isAlias(round: Round, path: string): boolean {
  if (round.files.stat(path)?.kind !== 'link') return false;
  if (!round.files.link(path).inside)
    report(round, path, `${path} leads out of the view and is not followed`);
  return true;
}

/** A `latest.md` that gave way to a newer one: gone now, unless it was changed after it had been taken up. */
async function takeUpOld(round: Round, name: string): Promise<void> {
  const { files, memory, workspace } = round;
  const path = `${WORK_FOLDER}/${name}`;
  await attempt(round, path, async () => {
    if (files.stat(path)?.kind === 'file') {
      const { text, stamp } = readText(round, path);
      if (workspace.hash(text) !== memory.taken[name])
        await commitRecap(round, { name: LATEST, text, stamp });
    }
    files.remove(path);
    delete memory.taken[name];
  });
}

async function takeUpFile(round: Round, name: string): Promise<void> {
  const path = `recaps/${name}`;
  const { text, stamp } = readText(round, path);
  const isKnown =
    round.memory.files[path]?.digest === round.workspace.hash(text) || (await isRendering(round, name, text));
  if (!isKnown) await commitRecap(round, { name, text, stamp });
  remember(round, path, stamp, text);
}

/** Whether a file is just what a recap of the branch is rendered to, for when that is not remembered. */
async function isRendering(round: Round, name: string, text: string): Promise<boolean> {
  const { id } = parseRecapFile(text);
  if (id === null) return false;
  const snapshot = await round.workspace.branch.snapshot();
  const place = (await listRecaps(snapshot)).find((candidate) => candidate.id === id);
  const recap = place === undefined ? null : await readRecap(snapshot, place);
  return recap !== null && name === recapFileName(recap) && text === formatRecapFile(recap);
}

/** The id follows from the file's name, time and content: taken up again, it is the same recap. */
async function commitRecap(
  round: Round,
  { name, text, stamp }: { readonly name: string; readonly text: string; readonly stamp: Stamp },
): Promise<void> {
  const { workspace, memory } = round;
  const { body } = parseRecapFile(text);
  if (body.trim() === '') return;
  const { agent, session } = await findAuthor(round, name);
  const scope = `${workspace.clone} ${workspace.paths.gitDir} ${name}`;
  const id = derivedId(Math.min(stamp.modified, workspace.clock.now()), workspace.hash(`${scope}\n${text}`));
  const path = recapPath(agent, id);
  await workspace.branch.commit({
    agent,
    session,
    async plan({ snapshot, id: op }) {
      if ((await snapshot.read(path)) !== null) return { subject: '', changes: [], result: null };
      const { title, sections, gates } = parseRecap(body, name);
      const recap: Recap = {
        id,
        agent,
        at: formatTime(recordTime(id)),
        title: title || name,
        sections,
        body,
        commits: [],
        ...(session !== null && { session }),
        ...(gates !== undefined && { gates }),
        op,
      };
      const change = { path, content: encode('recap', recap) };
      return { subject: `recap: ${agent}: ${recap.title}`, changes: [change], result: null };
    },
  });
  memory.recaps[id] = name;
  round.ingested.add(`recaps/${name}`);
}

/** Among several active agents the one that the file is named for: `20261123-backend.md` is go-backend's. */
async function findAuthor({ workspace }: Round, name: string): Promise<Writer> {
  const topic = name.replace(/\.md$/, '').replace(/^[\d-]+/, '');
  const active = await workspace.sessions.list();
  const named = active.findLast(
    ({ agent }) => topic !== '' && (agent === topic || agent.endsWith(`-${topic}`)),
  );
  return named ?? (await findWriter(workspace));
}

/** Render the latest recaps that are not in the view, and point latest.md at the last one. */
export async function renderRecaps(round: Round, snapshot: Snapshot): Promise<void> {
  const { files, memory } = round;
  const folder = await oidOf(snapshot, '', 'recaps');
  if (folder === undefined || (folder === memory.folders.recaps && files.stat(LATEST_PATH) !== null)) return;
  const places = (await listRecaps(snapshot)).slice(0, SHOWN);
  let isComplete = true;
  for (const place of places) {
    const path = `recaps/${recapFileName(place)}`;
    if (memory.recaps[place.id] !== undefined || files.stat(path) !== null) continue;
    const isDone = await attempt(round, place.path, async () => {
      const recap = await readRecap(snapshot, place);
      if (recap === null) return;
      const text = formatRecapFile(recap);
      const stamp = files.create(path, text);
      if (stamp === null) return;
      remember(round, path, stamp, text);
      round.rendered.add(path);
    });
    isComplete &&= isDone;
  }
  const [latest] = places;
  if (latest !== undefined) await attempt(round, LATEST_PATH, async () => pointAt(round, latest));
  if (isComplete) memory.folders.recaps = folder;
}

/** What somebody has put in the place of latest.md since the last recap stays until there is a newer one. */
function pointAt(round: Round, latest: RecapPlace): void {
  const { files, memory } = round;
  const found = files.stat(LATEST_PATH);
  const target = memory.recaps[latest.id] ?? recapFileName(latest);
  if (found !== null) {
    if (memory.latest?.id === latest.id) return;
    const present = found.kind === 'link' ? files.link(LATEST_PATH).target : '';
    const isOurs = memory.latest !== null && present === memory.latest.target && target !== LATEST;
    if (!isOurs) memory.latest = { target: present, id: latest.id };
    if (!isOurs || !moveAside(round, present)) return;
  }
  if (!files.point(LATEST_PATH, target)) return;
  memory.latest = { target, id: latest.id };
  round.rendered.add(LATEST_PATH);
}

/** A link to `target`, or for '' a file that was taken up. */
function moveAside(round: Round, target: string): boolean {
  const { files, memory } = round;
  const known = memory.files[LATEST_PATH];
  return putAside(round, LATEST_PATH, {
    prefix: TAKEN,
    digest: known?.digest ?? '',
    isTakenUp: ({ kind, stamp }, path) =>
      kind === 'link'
        ? files.link(path).target === target
        : target === '' && isSameStamp(known?.stamp, stamp),
  });
}

/** All recaps of the branch, the latest first. */
async function listRecaps(snapshot: Snapshot): Promise<readonly RecapPlace[]> {
  const places: RecapPlace[] = [];
  for await (const { path } of snapshot.walk('recaps')) {
    const place = classify(path);
    if (place.kind === 'recap') places.push({ id: place.id, agent: place.agent, path });
  }
  return places.sort((a, b) => (a.id < b.id ? 1 : -1));
}

async function readRecap(snapshot: Snapshot, { path, id, agent }: RecapPlace): Promise<Recap | null> {
  const bytes = await snapshot.read(path);
  const recap = bytes === null ? null : decode('recap', bytes, path);
  return recap?.id === id && recap.agent === agent ? recap : null;
}
