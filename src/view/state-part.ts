import { readDocument } from '../app/documents.ts';
import { canonicalJson } from '../domain/canonical-json.ts';
import { getAt } from '../domain/document/edit.ts';
import { AgentOsError } from '../domain/errors.ts';
import { PROJECT_STATE_PATH } from '../domain/layout.ts';
import { emptyMap, isYamlMap, type YamlMap } from '../domain/yaml.ts';
import type { Snapshot } from '../store/branch.ts';
import { takeSnapshot } from '../store/snapshot.ts';
import { putAside } from './aside.ts';
import { isSameStamp, WORK_FOLDER } from './files.ts';
import { isOurs } from './filing.ts';
import type { KnownFile, Memory } from './memory.ts';
import { attempt, hasChanged, isReadable, oidOf, type Round, readText, remember, report } from './round.ts';
import { commitCopy } from './state-commit.ts';
import { formatCopy, type Origin, parseCopy } from './state-copy.ts';

export const STATE_FILE = 'state/project-state.json';
const TAKEN = 'state-';
/** So many copies that were taken up, and so many characters of them, are remembered. */
const COPIES_KEPT = 8;
const COPIES_SIZE = 200_000;

/**
 * Take up what was edited by hand: copies that were renamed away, and the file where it stands. It stays there until
 * the state is rendered; one that cannot be read stays for good, and is reported.
 */
export async function takeUpState(round: Round): Promise<void> {
  const { files, memory } = round;
  for (const name of files.list(WORK_FOLDER).filter((entry) => entry.startsWith(TAKEN))) {
    const path = `${WORK_FOLDER}/${name}`;
    const found = files.stat(path);
    if (found === null || !isReadable(round, path, found)) continue;
    await attempt(round, path, async () => {
      await takeUpCopy(round, path, memory.taken[name]);
      files.remove(path);
      delete memory.taken[name];
    });
  }
  if (!hasChanged(round, STATE_FILE)) return;
  await attempt(round, STATE_FILE, async () => {
    const { text, stamp } = await takeUpCopy(round, STATE_FILE, memory.files[STATE_FILE]?.digest);
    remember(round, STATE_FILE, stamp, text);
  });
}

/** @param known - hash of what this file holds if it is not edited */
async function takeUpCopy(round: Round, path: string, known: string | undefined) {
  const { memory } = round;
  const read = readText(round, path);
  if (round.workspace.hash(read.text) === known) return read;
  const { value, origin } = parseCopy(read.text);
  if (!(await isOurs(round, path, { kind: 'state', origin, text: read.text }))) {
    memory.isStale = true;
    return read;
  }
  const base = origin === null ? undefined : await readBase(round, origin);
  const earlier = memory.copies.filter((copy) => copy.base === origin?.base).map((copy) => copy.value);
  const isNew = await commitCopy(round.workspace, { value, base, earlier, origin });
  if (isNew) round.ingested.add(STATE_FILE);
  if (origin !== null) memory.copies = keepCopies([...memory.copies, { base: origin.base, value }]);
  memory.isStale = true;
  await round.save();
  return read;
}

/**
 * The state that a copy was made of; undefined when its commit is gone.
 * @throws AgentOsError BAD_VALUE when the copy belongs to another repository
 */
async function readBase(round: Round, { repo, base }: Origin): Promise<YamlMap | undefined> {
  const { workspace } = round;
  const commit = await workspace.objects.reader.commit(base);
  if (commit !== null) return readState(round, await takeSnapshot(workspace.objects.reader, commit));
  if (repo === workspace.clone) return undefined;
  throw new AgentOsError('BAD_VALUE', 'this copy of the project state comes from another repository', {
    hint: `Put it into that repository's view; remove it here and the next command writes this one's.`,
    data: { repo, base },
  });
}

function keepCopies(copies: Memory['copies']): Memory['copies'] {
  const kept = copies.slice(-COPIES_KEPT);
  return JSON.stringify(kept).length > COPIES_SIZE ? kept.slice(-1) : kept;
}

/** Show the state as it is on the branch, unless it is shown, or a newer hand edit stands in its place. */
export async function renderState(round: Round, snapshot: Snapshot): Promise<void> {
  const { files, memory } = round;
  const folder = await oidOf(snapshot, '', 'state');
  const isThere = files.stat(STATE_FILE) !== null;
  const isShown = folder === memory.folders.state && !memory.isStale;
  if (snapshot.tip === null || (isThere && isShown)) return;
  const value = await readState(round, snapshot);
  const text = formatCopy(value, { repo: round.workspace.clone, base: snapshot.tip });
  if (isThere && !memory.isStale && isShowing(round, value)) {
    setFolder(round, folder);
    return;
  }
  const known = memory.files[STATE_FILE];
  const isAway = !isThere || (known !== undefined && putAside(round, STATE_FILE, asTakenUp(known)));
  if (!isAway) return;
  const stamp = files.create(STATE_FILE, text);
  if (stamp === null) return;
  remember(round, STATE_FILE, stamp, text);
  round.rendered.add(STATE_FILE);
  memory.isStale = false;
  setFolder(round, folder);
}

function asTakenUp({ stamp, digest }: KnownFile): Parameters<typeof putAside>[2] {
  return {
    prefix: TAKEN,
    digest,
    isTakenUp: (found) => found.kind === 'file' && isSameStamp(stamp, found.stamp),
  };
}

function setFolder({ memory }: Round, oid: Awaited<ReturnType<typeof oidOf>>): void {
  if (oid === undefined) delete memory.folders.state;
  else memory.folders.state = oid;
}

/** Whether the file shows this state, whatever commit it names. */
function isShowing(round: Round, value: YamlMap): boolean {
  try {
    return canonicalJson(parseCopy(readText(round, STATE_FILE).text).value) === canonicalJson(value);
  } catch {
    return false;
  }
}

async function readState(round: Round, snapshot: Snapshot): Promise<YamlMap> {
  const { state, problems } = await readDocument(round.workspace, snapshot, PROJECT_STATE_PATH);
  for (const problem of [problems.plain, problems.stamps]) {
    if (problem !== null) report(round, PROJECT_STATE_PATH, problem.message);
  }
  const value = getAt(state, []);
  return isYamlMap(value) ? value : emptyMap();
}
