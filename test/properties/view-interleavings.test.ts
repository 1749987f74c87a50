import { appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planDocument, readForWriting } from '../../src/app/documents.ts';
import { addLogEntry } from '../../src/app/log.ts';
import { addRecap } from '../../src/app/recaps.ts';
import type { Workspace } from '../../src/app/workspace.ts';
import { appendAt } from '../../src/domain/document/edit.ts';
import { PROJECT_STATE_PATH } from '../../src/domain/layout.ts';
import type { AgentName } from '../../src/domain/names.ts';
import { Crash, type Worktree, World } from '../unit/view/world.ts';

const STATE = 'state/project-state.json';
const LOG = 'logs/go-backend.log';

/** What happens next, in one of three views; `at` is the step at which a refresh is killed. */
const step = fc.oneof(
  fc.record({
    view: fc.nat(2),
    kind: fc.constantFrom(
      'edit',
      'late edit',
      'set',
      'log',
      'recap',
      'command',
      'log command',
      'recap command',
      'refresh',
    ),
  }),
  fc.record({ view: fc.nat(2), kind: fc.constantFrom('kill'), at: fc.nat(40) }),
  fc.record({ view: fc.nat(2), kind: fc.constantFrom('sync') }),
);

test('hand edits, commands, syncs and killed refreshes in three views end equal and complete', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), fc.nat(), async (steps, seed) => {
      const world = new World(seed);
      try {
        await play(world, steps);
      } finally {
        world.remove();
      }
    }),
    { numRuns: 80, endOnFailure: true },
  );
}, 120_000);

async function play(
  world: World,
  steps: readonly { view: number; kind: string; at?: number }[],
): Promise<void> {
  const [a, b] = [await world.clone('a'), await world.clone('b')];
  const views = [a.worktree(), a.worktree(), b.worktree()] as const;
  await command(views[0], null);
  await a.sync(b);
  for (const view of views) {
    for (const folder of ['logs', 'recaps']) mkdirSync(view.path(folder), { recursive: true });
    await view.refresh();
  }
  const stale = new Map<Worktree, string>();
  const items: string[] = [];
  const lines: string[] = [];
  const recaps: string[] = [];
  for (const [index, { view: which, kind, at = 0 }] of steps.entries()) {
    const view = views[which] as Worktree;
    const name = `${kind} ${index}`;
    world.clock.advance(1000);
    if (kind === 'edit' || kind === 'late edit') {
      // A late one was made of what the file held some steps ago, but for what its writer has added since.
      const read = kind === 'edit' ? null : stale.get(view);
      const state = JSON.parse(read ?? readFileSync(view.path(STATE), 'utf8'));
      state.list.push(name);
      items.push(name);
      if (read != null) await view.refresh(); // else the writer itself would throw away what others have edited
      writeFileSync(view.path('edited'), JSON.stringify(state));
      renameSync(view.path('edited'), view.path(STATE));
    } else if (kind === 'set') {
      // One key that all views set: one of the values stays, the same everywhere.
      const state = JSON.parse(readFileSync(view.path(STATE), 'utf8'));
      writeFileSync(view.path('edited'), JSON.stringify({ ...state, focus: name }));
      renameSync(view.path('edited'), view.path(STATE));
    } else if (kind === 'log') {
      appendFileSync(view.path(LOG), `${name}\n`);
      lines.push(name);
    } else if (kind === 'recap') {
      writeFileSync(view.path(`recaps/${index}.md`), `# ${name}\n`);
      recaps.push(name);
    } else if (kind === 'command') {
      await command(view, name);
      items.push(name);
    } else if (kind === 'log command') {
      await addLogEntry(view.workspace as Workspace, { text: name });
      lines.push(name);
    } else if (kind === 'recap command') {
      await addRecap(view.workspace as Workspace, { text: `# ${name}\n` });
      recaps.push(name);
    } else if (kind === 'refresh') {
      stale.set(view, readFileSync(view.path(STATE), 'utf8'));
      await view.refresh();
    } else if (kind === 'kill') await kill(view, at);
    else await a.sync(b);
  }
  await settle(views, () => a.sync(b));

  for (const view of views) {
    const { _agent_os, ...state } = JSON.parse(readFileSync(view.path(STATE), 'utf8'));
    expect(state.list.toSorted(), 'items').toEqual(items.toSorted());
    const shown = readFileSync(view.path(LOG), { encoding: 'utf8', flag: 'a+' }).split('\n');
    expect(shown.filter((line) => line.startsWith('log ')).toSorted(), 'lines').toEqual(lines.toSorted());
    const files = readdirSync(view.path('recaps')).filter((file) => file !== 'latest.md');
    const titles = files.map(
      (file) => /^# (.*)$/m.exec(readFileSync(view.path(`recaps/${file}`), 'utf8'))?.[1],
    );
    expect(titles.toSorted(), 'recaps').toEqual(recaps.toSorted());
    expect(state).toEqual(await stateOf(views[0]));
  }
}

async function stateOf(view: Worktree): Promise<unknown> {
  const { _agent_os, ...state } = JSON.parse(readFileSync(view.path(STATE), 'utf8'));
  return state;
}

/** `agent-os state append list NAME`; without a name the list is begun. */
async function command({ workspace }: Worktree, name: string | null): Promise<void> {
  await workspace.branch.commit({
    agent: 'go-backend' as AgentName,
    session: null,
    async plan({ snapshot, id }) {
      const state = await readForWriting(workspace, snapshot, PROJECT_STATE_PATH);
      const after = appendAt(state, ['list'], name === null ? [] : [name], { op: id });
      return { subject: 'state', changes: planDocument(PROJECT_STATE_PATH, after), result: null };
    },
  });
}

async function kill(view: Worktree, at: number): Promise<void> {
  let left = at;
  const ended = view.refresh(() => {
    left -= 1;
    if (left < 0) throw new Crash();
  });
  await ended.catch((error) => {
    if (!(error instanceof Crash)) throw error;
  });
  // A kill can leave the file away for a moment; whoever edits it next finds it after the next command only.
  await view.refresh();
}

async function settle(views: readonly Worktree[], sync: () => Promise<void>): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    for (const view of views) await view.refresh();
    await sync();
  }
  for (const view of views) await view.refresh();
}
