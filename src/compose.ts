import { hostname } from 'node:os';
import { join } from 'node:path';
import { identify } from './app/identity.ts';
import type { Problem } from './app/records.ts';
import type { Capabilities } from './app/repository-ports.ts';
import { DEFAULT_BRANCH, readSettings } from './app/settings.ts';
import type { Workspace } from './app/workspace.ts';
import { openWorktreeSessions } from './app/worktree-sessions.ts';
import type { HookFiles } from './domain/hook-files.ts';
import type { AgentName, Oid } from './domain/names.ts';
import { nextClock, operationId } from './domain/operation.ts';
import type { Person, Remote } from './domain/ports.ts';
import { openObjectReader } from './git/cat-file.ts';
import { identifyClone, renewIdentity } from './git/clone-identity.ts';
import { openCodeHistory } from './git/code-history.ts';
import { type GitConfig, readConfig } from './git/config.ts';
import { openHistory } from './git/history.ts';
import { openLocalRefs } from './git/local-refs.ts';
import { openObjectWriter } from './git/object-writer.ts';
import { openRemote } from './git/remote.ts';
import { discoverRepository } from './git/repository.ts';
import { openStateFiles } from './git/state-files.ts';
import { requireGit } from './git/version.ts';
import type { Home } from './home/home.ts';
import { openBranch } from './store/branch-store.ts';
import { openPublisher } from './store/sync/publisher.ts';
import { openClock } from './system/clock.ts';
import { hashText, openIds } from './system/ids.ts';
import { openProcesses } from './system/processes.ts';
import type { ViewReport } from './view/refresh-view.ts';

export { runCaptured } from './system/captured-program.ts';
export { runInTerminal, startDetached } from './system/programs.ts';

/** The folder for what agent-os keeps beside git's own files: in the common directory and in each worktree's. */
const STATE_FOLDER = 'agent-os';

export interface WorkspaceOptions {
  /** Any folder of the repository; default: the current one. */
  readonly cwd?: string;
  /** Default: this process's environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Who speaks where a use case is not told. */
  readonly agent?: string;
}

/**
 * Everything that use cases need of the repository in `cwd`. Close it when done: it keeps a git process open.
 * @throws AgentOsError NOT_A_REPOSITORY, NO_GIT, GIT_TOO_OLD, GIT_FAILED, UNSUPPORTED_REPOSITORY, BAD_NAME, BAD_VALUE
 */
export async function openWorkspace(options: WorkspaceOptions = {}): Promise<Workspace> {
  const env = options.env ?? process.env;
  const repository = await discoverRepository(options.cwd ?? process.cwd(), env);
  const { paths, objectFormat } = repository;
  const reader = openObjectReader(paths);
  const [config] = await Promise.all([readConfig(paths, env), requireGit(paths.commonDir, env)]);
  const settings = readSettings((name) => config.get(name) ?? undefined, env);
  const sshCommand = config.get('core.sshcommand');
  const budget = settings.networkBudget;

  const [clock, ids, random] = [openClock(), openIds(), Math.random];
  const processes = openProcesses();
  const files = openStateFiles(join(paths.commonDir, STATE_FOLDER), processes);
  const openFilesOf = (gitDir: string) => openStateFiles(join(gitDir, STATE_FOLDER), processes);
  const sessions = openWorktreeSessions(openFilesOf(paths.gitDir), async () => {
    const { listOtherGitDirs } = await import('./git/worktrees.ts');
    return (await listOtherGitDirs(paths)).map(openFilesOf);
  });
  const habitat = { commonDir: paths.commonDir, host: hostname(), state: files, ids, clock };
  const readClone = async () => (await identifyClone(habitat)).id;
  const clone = await readClone();
  const writer = openObjectWriter({ paths, objectFormat, config });
  const history = openHistory(paths);
  const refs = openLocalRefs(paths);
  const remote: Remote | null =
    settings.remote === null
      ? null
      : openRemote({ paths, name: settings.remote, branch: settings.branch, budget, sshCommand });

  const signer = once(async () => {
    const { openSigner } = await import('./git/signer.ts');
    return openSigner({ paths, budget });
  });
  const signing = settings.sign ? { signer } : {};

  const branch = openBranch({
    ...signing,
    ref: settings.branch,
    reader,
    writer,
    history,
    refs,
    clock,
    ids,
    random,
    hash: hashText,
    clone: readClone,
    author: async (agent) => personOf(config, env, agent),
  });

  const lockDependencies = () => ({
    ...signing,
    objects: { reader, writer },
    refs,
    remote,
    clock,
    ids,
    random,
    clone,
    files,
    hash: hashText,
    policyAt: async (tip: Oid | null) => {
      const { readLockPolicy } = await import('./app/lock-policy.ts');
      return readLockPolicy({ reader, branch }, tip);
    },
    author: personOf(config, env, 'agent-os' as AgentName),
    operationId: () => operationId({ clock: nextClock(clock.now(), 0), clone, unique: ids.record() }),
  });
  const openLocks = once(async () => {
    const { createLocks } = await import('./store/locks/create-locks.ts');
    return createLocks(lockDependencies());
  });

  const openSync = once(async () => {
    if (remote === null) return null;
    const { createSync } = await import('./store/sync/sync.ts');
    return createSync({
      branchRef: settings.branch,
      branch,
      remote,
      history,
      clock,
      files,
      random,
      processes,
      clone: readClone,
      renewCloneId: async (from) => {
        const present = await readClone();
        return present === from ? renewIdentity(habitat) : present;
      },
      usesOutbox: config.flag('agent-os.outbox') ?? true,
      beforePublish: async (unpublished) => {
        const { refileOldMessages } = await import('./app/refiling.ts');
        await refileOldMessages({ branch, clock, ids }, unpublished);
      },
    });
  });

  const openAudit = async (offline: boolean) => {
    const { openCodeAudit } = await import('./git/code-audit.ts');
    return openCodeAudit({ paths, remote: settings.remote, offline, budget, sshCommand });
  };

  const openUserConfig = once(async () => (await import('./git/user-config.ts')).openUserConfig(paths));

  return {
    paths,
    settings,
    clone,
    branch,
    remote,
    objects: { reader, writer, history },
    code: openCodeHistory(paths),
    sessions,
    files: once(async () => {
      const { openSavedFiles } = await import('./git/saved-files.ts');
      return openSavedFiles(join(paths.commonDir, STATE_FOLDER, 'files'));
    }),
    clock,
    ids,
    random,
    hash: hashText,
    locks: openLocks,
    sync: openSync,
    publisher: openPublisher(files, processes),
    userConfig: openUserConfig,
    hooks: once(async () => {
      const { openHookPorts } = await import('./git/hook-ports.ts');
      return openHookPorts({ paths, files, clock, ids });
    }),
    async review({ offline }) {
      const { openCodeReview } = await import('./git/code-review.ts');
      const audit = await openAudit(offline);
      return openCodeReview({ paths, remote: settings.remote, branch: settings.branch, audit });
    },
    async notes() {
      const { NOTES_REF } = await import('./app/notes.ts');
      const { fetchNotes } = await import('./git/notes-remote.ts');
      const fetch = async () =>
        remote === null ? null : fetchNotes({ paths, remote, notes: NOTES_REF, budget, sshCommand });
      return { refs, fetch };
    },
    async firstContact(options = { isChosen: settings.branch !== DEFAULT_BRANCH }) {
      const { makeFirstContact } = await import('./store/sync/first-contact.ts');
      const parts = { branchRef: settings.branch, branch, history, reader, writer, refs, remote };
      return makeFirstContact(parts, options);
    },
    async inspection() {
      const { inspectRepository } = await import('./git/inspection.ts');
      const remotes = await (await openUserConfig()).remotes();
      const remoteUrl = remotes.find(({ name }) => name === remote?.name)?.fetchUrl ?? null;
      return inspectRepository(repository, { branch: settings.branch, remoteUrl });
    },
    async refusals() {
      const { readRefusals } = await import('./store/refusals.ts');
      return readRefusals(files);
    },
    async probe(): Promise<Capabilities | null> {
      if (remote === null) return null;
      const { probeRemote } = await import('./git/remote-probe.ts');
      return probeRemote({ paths, remote: remote.name, clone, writer, budget, sshCommand });
    },
    async audit({ offline }) {
      const [code, { openScratchObjects }] = await Promise.all([
        openAudit(offline),
        import('./git/scratch-objects.ts'),
      ]);
      return { code, scratch: openScratchObjects(reader, objectFormat) };
    },
    async pushFenced(request) {
      const [{ pushFenced }, { openWorkPush }] = await Promise.all([
        import('./store/locks/fenced-push.ts'),
        import('./git/work-push.ts'),
      ]);
      const work = openWorkPush({ paths, remote: remote?.name ?? '', budget, sshCommand });
      return pushFenced({ ...lockDependencies(), work }, request);
    },
    async removeRemoteRefs(old) {
      if (remote === null) return [];
      const { removeRefs } = await import('./git/remove-refs.ts');
      return removeRefs({ paths, remote: remote.name, budget, sshCommand, refs: old });
    },
    identify: (explicit) =>
      identify({
        explicit: explicit ?? options.agent,
        environment: env['AGENT_OS_AGENT'],
        configured: config.get('agent-os.agent') ?? undefined,
        person: config.get('user.name') ?? undefined,
        sessions,
      }),
    async close() {
      reader.close();
    },
  };
}

/** Whom git would name as author, else the agent: a missing identity stops nobody. */
function personOf(
  config: GitConfig,
  env: Readonly<Record<string, string | undefined>>,
  agent: AgentName,
): Person {
  return {
    name: env['GIT_AUTHOR_NAME'] || config.get('author.name') || config.get('user.name') || agent,
    email:
      env['GIT_AUTHOR_EMAIL'] ||
      config.get('author.email') ||
      config.get('user.email') ||
      `${agent}@agent-os.invalid`,
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** @throws AgentOsError NOT_FOUND when nothing says which folder is home */
export async function openHome(env: NodeJS.ProcessEnv): Promise<Home> {
  const { wireHome } = await import('./compose-home.ts');
  return wireHome(env, (cwd, clean) => openWorkspace({ cwd, env: clean }));
}

/** See compose-views.ts. */
export async function refreshView(workspace: Workspace, env: NodeJS.ProcessEnv): Promise<readonly Problem[]> {
  const views = await import('./compose-views.ts');
  return views.refreshViews(workspace, { env, openHome: () => openHome(env) });
}

/** See compose-views.ts. */
export async function setView(workspace: Workspace, isOn: boolean): Promise<ViewReport | null> {
  return (await import('./compose-views.ts')).setView(workspace, isOn);
}

/** Where git looks for hooks in this repository, and the files there; `shims`: the shell files of this package. */
export async function openHookFiles({ paths }: Workspace, shims: string): Promise<HookFiles> {
  const files = await import('./git/hook-files.ts');
  return files.openHookFiles(paths, shims);
}
