import { join } from 'node:path';
import type { Problem } from '../app/records.ts';
import { isAgentName, type RecordId } from '../domain/names.ts';
import type { Processes, StateFiles } from '../domain/ports.ts';
import type { Snapshot } from '../store/branch.ts';
import { excludeView } from './exclude.ts';
import { VIEW_FOLDER, VIEW_TITLE, type ViewFiles, WORK_FOLDER } from './files.ts';
import type { Filing } from './filing.ts';
import { renderInboxes } from './inbox-part.ts';
import { SCRIPT_FILE } from './load-context.ts';
import { logFile } from './log-file.ts';
import { renderLogs, takeUpLogs } from './log-part.ts';
import { type Memory, parseMemory } from './memory.ts';
import { renderRecaps, takeUpRecaps } from './recap-part.ts';
import { attempt, type Round, type ViewWorkspace } from './round.ts';
import { renderScriptFile } from './script-part.ts';
import { renderState, takeUpState } from './state-part.ts';
import { isUnchanged } from './unchanged.ts';
import { openViewFiles } from './view-files.ts';

export interface ViewPorts {
  /** The state files of this worktree. */
  readonly state: StateFiles;
  readonly processes: Processes;
  /** Default: the folder `.agent-os` of the work tree, on disk. */
  readonly files?: ViewFiles;
  /** The text of bin/load-context.sh. Default: none is rendered. */
  readonly script?: () => string | null;
  /** For a view that several repositories share in turns. Default: all that is written by hand belongs here. */
  readonly filing?: Filing;
}

export interface ViewReport {
  /** Paths of the view from which something was taken up. */
  readonly ingested: readonly string[];
  /** Paths of the view that were written or removed. */
  readonly rendered: readonly string[];
  /** What could not be taken up or rendered, and stays as it is. */
  readonly problems: readonly Problem[];
  /** Another process does it right now, so this one did nothing. */
  readonly isBusy: boolean;
}

const DOCUMENT = 'view';
/** There from the beginning: people and agents write into them without asking. */
const FOLDERS = ['state', 'logs', 'recaps', 'inbox'];
const README = `${VIEW_TITLE}

These files show the \`agent-os\` branch of this repository. What you write here by hand is taken up by the next
agent-os command or hook, and committed to that branch; git ignores the folder itself.

- \`state/project-state.json\`: the project state; edit it with jq or an editor, and keep \`_agent_os\`.
- \`logs/<agent>.log\`: append to it; a line \`[date] Task: …\` begins an entry.
- \`recaps/*.md\`: write new ones; \`latest.md\` is the last.
- \`bin/load-context.sh\`: \`source\` it with an agent's name for its context and the protocol's shell functions.
- \`inbox/<agent>/\`: unread messages, read-only; \`agent-os read ID\` takes one away.
`;

/** Makes the view of this worktree: git shall ignore it, then it is rendered. A bare repository has none. */
export async function createView(workspace: ViewWorkspace, ports: ViewPorts): Promise<ViewReport> {
  if (workspace.paths.workTree !== null) excludeView(workspace.paths.commonDir);
  return refreshView(workspace, ports);
}

/**
 * Take up what was written into the view by hand, as operations on the branch, then show what changed there. No file
 * is overwritten unread and none outside of the view is touched; what is wrong with one file becomes a problem, and
 * the rest goes on. A crash at any point loses no hand edit and doubles none: the next refresh goes on. When neither
 * branch nor files have changed, nothing is read or written.
 *
 * @throws AgentOsError what Branch.commit throws
 */
export async function refreshView(workspace: ViewWorkspace, ports: ViewPorts): Promise<ViewReport> {
  const { workTree } = workspace.paths;
  const nothing: ViewReport = { ingested: [], rendered: [], problems: [], isBusy: false };
  if (workTree === null) return nothing;
  const files = ports.files ?? openViewFiles(join(workTree, VIEW_FOLDER), () => workspace.ids.nonce());
  const snapshot = await workspace.branch.snapshot();
  if (snapshot.tip === null) return nothing;
  const remembered = parseMemory(await ports.state.read(DOCUMENT), workspace.clone);
  const problems: Problem[] = [];
  try {
    if (isUnchanged(remembered, snapshot.tip, files)) return nothing;
  } catch {
    // What is wrong with the folder is found again below, path by path.
  }
  const memory = await acquire(ports, workspace);
  if (memory === null) return { ...nothing, isBusy: true };
  const round: Round = {
    workspace,
    files,
    memory,
    problems,
    ingested: new Set(),
    rendered: new Set(),
    script: ports.script,
    filing: ports.filing,
    save: () => ports.state.update(DOCUMENT, () => ({ ...memory, holder: ports.processes.self() })),
  };
  try {
    await takeUp(round);
    await render(round, await workspace.branch.snapshot());
  } finally {
    await ports.state.update(DOCUMENT, () => memory);
  }
  return { ingested: [...round.ingested], rendered: [...round.rendered], problems, isBusy: false };
}

/** The memory, which this process alone may change from now on; null when another one has it. */
async function acquire({ state, processes }: ViewPorts, workspace: ViewWorkspace): Promise<Memory | null> {
  let memory: Memory | null = null;
  await state.update(DOCUMENT, (current) => {
    const { holder = null, ...kept } =
      typeof current === 'object' && current !== null ? (current as Held) : {};
    if (holder !== null && processes.isAlive(holder)) return current;
    memory = parseMemory(kept, workspace.clone);
    return { ...memory, holder: processes.self() };
  });
  return memory;
}

interface Held {
  readonly holder?: ReturnType<Processes['self']>;
}

async function takeUp(round: Round): Promise<void> {
  const { files } = round;
  forgetRemoved(round);
  await attempt(round, WORK_FOLDER, async () => {
    // Only who refreshes makes these, so they are what a crash left.
    for (const name of files.list(WORK_FOLDER))
      if (name.startsWith('new-')) files.remove(`${WORK_FOLDER}/${name}`);
  });
  await attempt(round, 'state', () => takeUpState(round));
  await attempt(round, 'logs', () => takeUpLogs(round));
  await attempt(round, 'recaps', () => takeUpRecaps(round));
}

/** What is no file any more, because somebody has removed it, is rendered again: absence deletes nothing. */
function forgetRemoved({ files, memory }: Round): void {
  for (const path of Object.keys(memory.files)) {
    if (isFile(files, path)) continue;
    delete memory.files[path];
    memory.folders = {};
  }
  for (const [id, name] of Object.entries(memory.recaps)) {
    if (isFile(files, `recaps/${name}`)) continue;
    delete memory.recaps[id as RecordId];
    memory.folders = {};
  }
  for (const agent of Object.keys(memory.logs).filter(isAgentName)) {
    if (!isFile(files, logFile(agent))) delete memory.logs[agent];
  }
}

function isFile(files: ViewFiles, path: string): boolean {
  try {
    return files.stat(path)?.kind === 'file';
  } catch {
    return false; // something else stands where its folder was; that is reported later
  }
}

async function render(round: Round, snapshot: Snapshot): Promise<void> {
  const { files, memory, problems } = round;
  const before = problems.length;
  await attempt(round, 'README.md', async () => {
    if (files.stat('README.md') === null) files.create('README.md', README);
  });
  await attempt(round, SCRIPT_FILE, async () => renderScriptFile(round));
  for (const folder of FOLDERS) await attempt(round, folder, async () => files.makeFolder(folder));
  await attempt(round, 'state', () => renderState(round, snapshot));
  await attempt(round, 'logs', () => renderLogs(round, snapshot));
  await attempt(round, 'recaps', () => renderRecaps(round, snapshot));
  await attempt(round, 'inbox', () => renderInboxes(round, snapshot));
  memory.tip = problems.length === before ? snapshot.tip : null;
}
