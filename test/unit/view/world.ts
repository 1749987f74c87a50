import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Workspace } from '../../../src/app/workspace.ts';
import type { AgentName, CloneId, Oid, RecordId, RefName } from '../../../src/domain/names.ts';
import type { StateFiles } from '../../../src/domain/ports.ts';
import type { Branch, Change } from '../../../src/store/branch.ts';
import { openBranch } from '../../../src/store/branch-store.ts';
import { hashText } from '../../../src/system/ids.ts';
import type { ViewFiles } from '../../../src/view/files.ts';
import { refreshView, type ViewReport } from '../../../src/view/refresh-view.ts';
import { openViewFiles } from '../../../src/view/view-files.ts';
import {
  ManualClock,
  MemoryObjects,
  MemoryRefs,
  MemoryStateFiles,
  seededIds,
  seededRandom,
} from '../../support/memory.ts';

const REF = 'refs/heads/agent-os' as RefName;
const PERSON = { name: 'Test', email: 'test@example.invalid' };
const AGENT = 'go-backend' as AgentName;

/** Objects and clock that the clones of one test share; the views are real folders. */
export class World {
  readonly objects = new MemoryObjects();
  /** Begins now: the times of files are real. */
  readonly clock = new ManualClock({ wall: Date.now() });
  readonly random;
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'agent-os-view-')));
  readonly #root: Promise<Oid>;
  #worktrees = 0;

  constructor(seed = 1) {
    this.random = seededRandom(seed);
    this.#root = this.objects.writer
      .tree([])
      .then((tree) =>
        this.objects.writer.commit({ tree, parents: [], message: 'root\n', author: PERSON, at: 1 }),
      );
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  async clone(name: string): Promise<Clone> {
    return new Clone(this, name.padEnd(16, '0') as CloneId, new MemoryRefs([[REF, await this.#root]]));
  }

  nextFolder(): string {
    this.#worktrees += 1;
    return join(this.folder, `worktree-${this.#worktrees}`);
  }
}

export class Clone {
  readonly world: World;
  readonly id: CloneId;
  readonly branch: Branch;
  readonly refs: MemoryRefs;

  constructor(world: World, id: CloneId, refs: MemoryRefs) {
    this.world = world;
    this.id = id;
    this.refs = refs;
    const { objects, clock, random } = world;
    this.branch = openBranch({
      ref: REF,
      reader: objects.reader(refs),
      writer: objects.writer,
      history: objects.history,
      refs,
      clock,
      ids: seededIds(clock, random),
      random,
      hash: hashText,
      clone: async () => id,
      author: async () => PERSON,
    });
  }

  worktree(agent: AgentName = AGENT): Worktree {
    return new Worktree(this, this.world.nextFolder(), agent);
  }

  write(...changes: Change[]): Promise<unknown> {
    return this.branch.commit({
      agent: AGENT,
      session: null,
      plan: async () => ({ subject: 'test', changes, result: null }),
    });
  }

  /** What a sync does: both end with what both had. */
  async sync(other: Clone): Promise<void> {
    const theirs = (await other.branch.snapshot()).tip as Oid;
    const { tip } = await this.branch.join([theirs]);
    await other.branch.join([tip as Oid]);
  }

  async read(path: string): Promise<string> {
    return Buffer.from((await (await this.branch.snapshot()).read(path)) ?? []).toString('utf8');
  }

  async paths(folder: string): Promise<readonly string[]> {
    const paths: string[] = [];
    for await (const { path } of (await this.branch.snapshot()).walk(folder)) paths.push(path);
    return paths;
  }
}

/** One work tree with a view. Each refresh is a process of its own: `crash` ends one half way. */
export class Worktree {
  readonly clone: Clone;
  readonly view: string;
  readonly state = new MemoryStateFiles();
  readonly workspace: Pick<
    Workspace,
    'paths' | 'clone' | 'branch' | 'objects' | 'sessions' | 'clock' | 'ids' | 'hash' | 'identify'
  >;
  #processes = 0;
  readonly #alive = new Set<number>();

  constructor(clone: Clone, folder: string, agent: AgentName) {
    const { world } = clone;
    this.clone = clone;
    mkdirSync(folder);
    this.view = join(folder, '.agent-os');
    const active = [{ agent, session: '01KAQ000000000000000000000' as RecordId }];
    this.workspace = {
      paths: { gitDir: join(folder, '.git'), commonDir: join(folder, '.git'), workTree: folder },
      clone: clone.id,
      branch: clone.branch,
      objects: {
        reader: world.objects.reader(clone.refs),
        writer: world.objects.writer,
        history: world.objects.history,
      },
      sessions: {
        list: async () => active,
        add: async () => {},
        remove: async () => {},
        end: async () => {},
        lastEnded: async () => null,
      },
      clock: world.clock,
      ids: seededIds(world.clock, world.random),
      hash: hashText,
      identify: async () => ({ agent, session: null, by: 'person' }),
    };
    this.files = openViewFiles(this.view, () => this.workspace.ids.nonce());
  }

  readonly files: ViewFiles;

  path(name: string): string {
    return join(this.view, name);
  }

  /** @param gate - runs before each step on files and on the memory; what it throws ends the process there */
  refresh(gate: (step: string) => void = () => {}): Promise<ViewReport> {
    this.#processes += 1;
    const pid = this.#processes;
    this.#alive.add(pid);
    const guard = (step: string): void => {
      if (!this.#alive.has(pid)) throw new Crash();
      try {
        gate(step);
      } catch (error) {
        this.#alive.delete(pid);
        throw error;
      }
    };
    const state: StateFiles = {
      read: (name) => this.state.read(name),
      update: async (name, change) => {
        guard('remember');
        await this.state.update(name, change);
      },
    };
    return refreshView(this.workspace, {
      files: gated(this.files, guard),
      state,
      processes: {
        self: () => ({ pid, startedAt: '' }),
        isAlive: (process) => this.#alive.has(process.pid),
      },
    }).finally(() => this.#alive.delete(pid));
  }
}

export class Crash extends Error {}

function gated(files: ViewFiles, guard: (step: string) => void): ViewFiles {
  return new Proxy(files, {
    get: (target, name: keyof ViewFiles & string) => {
      const call = target[name] as (...given: unknown[]) => unknown;
      return (...given: unknown[]) => {
        guard(name);
        return call(...given);
      };
    },
  });
}

export function makeWorld(seed?: number): World {
  const world = new World(seed);
  onTestFinished(() => world.remove());
  return world;
}
