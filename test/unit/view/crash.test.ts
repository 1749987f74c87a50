import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseYaml } from '../../../src/domain/yaml.ts';
import { Crash, makeWorld, type Worktree, type World } from './world.ts';

const STATE = 'state/project-state.json';

/** A view with something to take up and something to render in every part, and what it must hold in the end. */
async function prepare(world: World): Promise<Worktree> {
  const [here, there] = [await world.clone('a'), await world.clone('b')];
  const [worktree, other] = [here.worktree(), there.worktree()];
  for (const folder of ['logs', 'recaps']) {
    for (const { view } of [worktree, other]) mkdirSync(`${view}/${folder}`, { recursive: true });
  }
  await Promise.all([worktree.refresh(), other.refresh()]);
  edit(worktree, 'begin');
  log(worktree, 'begin');
  await worktree.refresh();
  await here.sync(there);
  await other.refresh();
  edit(other, 'there');
  edit(worktree, 'here');
  for (const [name, tree] of [
    ['here', worktree],
    ['there', other],
  ] as const) {
    log(tree, name);
    writeFileSync(tree.path(`recaps/${name}.md`), `# recap ${name}\n`);
  }
  await other.refresh();
  await here.sync(there);
  return worktree;
}

function edit(worktree: Worktree, item: string): void {
  const state = JSON.parse(readFileSync(worktree.path(STATE), 'utf8'));
  state.list = [...(state.list ?? []), item];
  writeFileSync(worktree.path(STATE), JSON.stringify(state));
}

function log(worktree: Worktree, text: string): void {
  appendFileSync(worktree.path('logs/go-backend.log'), `log ${text}\n`);
}

async function expectComplete(worktree: Worktree): Promise<void> {
  const { clone } = worktree;
  const state = parseYaml(await clone.read('state/project.yaml'), 'state') as { list: string[] };
  expect(state.list.toSorted()).toEqual(['begin', 'here', 'there']);
  expect(JSON.parse(readFileSync(worktree.path(STATE), 'utf8')).list).toEqual(state.list);
  const lines = ['log begin', 'log here', 'log later', 'log there'];
  const logs = await Promise.all((await clone.paths('logs')).map((path) => clone.read(path)));
  expect(
    logs
      .join('')
      .match(/log (begin|here|later|there)/g)
      ?.toSorted(),
  ).toEqual(lines);
  const shown = readFileSync(worktree.path('logs/go-backend.log'), 'utf8').split('\n');
  expect(shown.filter((line) => line.startsWith('log ')).toSorted()).toEqual(lines);
  expect(await clone.paths('recaps')).toHaveLength(2);
  const recaps = readdirSync(worktree.path('recaps')).filter((name) => name !== 'latest.md');
  expect(recaps).toHaveLength(2);
  expect(existsSync(worktree.path('recaps/latest.md'))).toBe(true);
  expect(readdirSync(worktree.path('.work'))).toEqual([]);
}

describe('a refresh that is ended half way', () => {
  it('before any of its steps, loses no hand edit and doubles none', { timeout: 60_000 }, async () => {
    let steps = 0;
    const complete = await prepare(makeWorld());
    await complete.refresh(() => {
      steps += 1;
    });
    log(complete, 'later');
    for (let refresh = 0; refresh < 3; refresh += 1) await complete.refresh();
    await expectComplete(complete);
    expect(steps).toBeGreaterThan(30);

    for (let last = 0; last < steps; last += 1) {
      const worktree = await prepare(makeWorld(last));
      let left = last;
      const ended = worktree.refresh(() => {
        left -= 1;
        if (left < 0) throw new Crash();
      });
      await expect(ended, `step ${last}`).rejects.toThrow(Crash);
      log(worktree, 'later'); // the same stretch of text, but longer now
      for (let refresh = 0; refresh < 3; refresh += 1) await worktree.refresh();
      await expectComplete(worktree);
    }
  });
});
