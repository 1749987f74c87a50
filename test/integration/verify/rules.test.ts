import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSandbox, type Sandbox } from '../../support/sandbox.ts';
import { makeTeam } from '../cli/support/team.ts';

/**
 * One remote with a history of locks, and a plain clone of it as CI has one, in which each case makes its commit: the
 * two sides of every rule differ in that commit alone. Rules about the branch get a copy of the remote each.
 */
let sandbox: Sandbox;
let remote: string;
let ci: string;
let base: string;
const tokens = new Map<string, number>();
const sessions = new Map<string, string>();

interface Locked {
  readonly locks: readonly { readonly resource: string; readonly token: number }[];
}

async function lock(clone: string, resource: string, ...options: string[]): Promise<number> {
  const { locks } = (await sandbox.json(clone, ['lock', resource, ...options])) as Locked;
  return locks[0]?.token ?? 0;
}

beforeAll(async () => {
  sandbox = await openSandbox();
  const team = await makeTeam(sandbox);
  remote = team.remote;
  const { ada, bob } = team;
  await sandbox.json(ada, ['sync']);
  await sandbox.json(bob, ['sync']);
  const status = (await sandbox.json(bob, ['status'])) as { sessions: { agent: string; id: string }[] };
  for (const { agent, id } of status.sessions) sessions.set(agent, id);

  tokens.set('database', await lock(ada, 'database', '--paths', 'db/**'));
  tokens.set('api', await lock(ada, 'api', '--paths', 'api/**'));
  await sandbox.json(ada, ['unlock', 'api']);
  tokens.set('api later', await lock(bob, 'api', '--paths', 'api/**'));
  await sandbox.json(bob, ['unlock', 'api']);
  tokens.set('taken', await lock(ada, 'taken'));
  await sandbox.json(ada, ['unlock', 'taken']);
  tokens.set('taken later', await lock(bob, 'taken'));
  tokens.set('migrations', await lock(ada, 'migrations', '--paths', 'migrations/**'));

  await sandbox.json(ada, ['sync']);
  const state = sandbox.path('state');
  await sandbox.git(ada, 'worktree', 'add', '--quiet', state, 'agent-os');
  await writeFile(
    join(state, 'config.yaml'),
    'schema: agent-os/config/v1\nguards:\n  require_lock: [migrations]\nresources:\n  migrations:\n    paths: ["migrations/**"]\n',
  );
  await mkdir(join(state, 'agents'), { recursive: true });
  await writeFile(
    join(state, 'agents/ada.yaml'),
    'schema: agent-os/card/v1\nname: ada\ngates:\n  - name: coverage\n    require: at least 80 %\n',
  );
  await sandbox.git(state, 'add', '.');
  await sandbox.git(state, 'commit', '--quiet', '-m', 'policy');
  await sandbox.git(state, 'push', '--quiet', '--no-verify', 'origin', 'agent-os');

  ci = await sandbox.clone(remote, 'ci');
  base = await sandbox.git(ci, 'rev-parse', 'HEAD');
});
afterAll(() => sandbox.dispose());

/** A commit on top of `parent` that writes `path`, by an agent with trailers as the hooks write them. */
async function commit(
  path: string,
  trailers: { agent?: string; lock?: string; session?: string; parent?: string } = {},
): Promise<string> {
  await sandbox.git(ci, 'checkout', '--quiet', '--detach', trailers.parent ?? base);
  await mkdir(dirname(join(ci, path)), { recursive: true });
  await writeFile(join(ci, path), `${Math.random()}`);
  const session = trailers.session ?? sessions.get(trailers.agent ?? '');
  const lines = [
    ...(trailers.agent === undefined ? [] : [`Agent-OS-Agent: ${trailers.agent}`]),
    ...(session === undefined ? [] : [`Agent-OS-Session: ${session}`]),
    ...(trailers.lock === undefined ? [] : [`Agent-OS-Lock: ${trailers.lock}`]),
  ];
  await sandbox.git(ci, 'add', '--all');
  await sandbox.git(ci, 'commit', '--quiet', '-m', [`change ${path}`, lines.join('\n')].join('\n\n'));
  return sandbox.git(ci, 'rev-parse', 'HEAD');
}

interface Verified {
  readonly findings: readonly {
    readonly rule: string;
    readonly severity: string;
    readonly message: string;
  }[];
}

/** The findings of one rule about `from..to`; whatever the others say. */
async function findings(rule: string, to: string, from = base) {
  const done = await sandbox.cli(ci, ['verify', `${from}..${to}`, '--json']);
  const { findings: all } = JSON.parse(done.stdout) as Verified;
  expect(done.exitCode).toBe(all.some(({ severity }) => severity === 'error') ? 4 : 0);
  return all.filter((finding) => finding.rule === rule).map(({ message }) => message);
}

const held = (resource: string, token = resource) => `${resource}@${tokens.get(token)}`;

test('foreign-lock: what another session has locked is not changed, by whoever has no session either', async () => {
  expect(await findings('foreign-lock', await commit('db/schema.sql'))).toEqual([
    expect.stringMatching(
      /^changes db\/schema.sql, which ada has locked as database until [-\d]+ [:\d]+ UTC \(in .+\)$/,
    ),
  ]);
  expect(await findings('foreign-lock', await commit('db/schema.sql', { agent: 'bob' }))).toHaveLength(1);
  const own = await commit('db/schema.sql', { agent: 'ada', lock: held('database') });
  expect(await findings('foreign-lock', own)).toEqual([]);
});

test('stale-token: a token is given to the session, not taken over since, and not behind the base', async () => {
  const honest = await commit('api/a.ts', { agent: 'ada', lock: held('api') });
  expect(await findings('stale-token', honest)).toEqual([]);

  const invented = await commit('api/a.ts', { agent: 'ada', lock: `api@${(tokens.get('api') ?? 0) + 7}` });
  expect(await findings('stale-token', invented)).toEqual([expect.stringContaining('was never given')]);
  const borrowed = await commit('api/a.ts', { agent: 'bob', lock: held('api') });
  expect(await findings('stale-token', borrowed)).toEqual([
    expect.stringContaining('was given to another session, of ada'),
  ]);
  const taken = await commit('x.ts', { agent: 'ada', lock: held('taken') });
  expect(await findings('stale-token', taken)).toEqual([
    expect.stringMatching(/was taken over: bob holds it now/),
  ]);

  const landed = await commit('api/a.ts', { agent: 'bob', lock: held('api', 'api later') });
  expect(await findings('stale-token', honest, landed)).toEqual([
    expect.stringMatching(/is behind the base: [0-9a-f]{12} has changed api\/a.ts under #\d+/),
  ]);
  const elsewhere = await commit('api/b.ts', { agent: 'bob', lock: held('api', 'api later') });
  expect(await findings('stale-token', honest, elsewhere)).toEqual([]);
  const rebased = await commit('api/a.ts', { agent: 'ada', lock: held('api'), parent: landed });
  expect(await findings('stale-token', rebased, landed)).toEqual([]);
});

test('missing-lock: a path that needs a lock is changed under it only', async () => {
  expect(await findings('missing-lock', await commit('migrations/1.sql', { agent: 'bob' }))).toEqual([
    expect.stringMatching(/^changes migrations\/1.sql without a lock/),
  ]);
  const forged = await commit('migrations/1.sql', { agent: 'bob', lock: held('migrations') });
  expect(await findings('missing-lock', forged)).toHaveLength(1);
  const own = await commit('migrations/1.sql', { agent: 'ada', lock: held('migrations') });
  expect(await findings('missing-lock', own)).toEqual([]);
});

test('trailers: agent and session are known, and belong together', async () => {
  expect(await findings('trailers', await commit('a', { agent: 'ada' }))).toEqual([]);
  expect(await findings('trailers', await commit('a'))).toEqual([]);
  expect(await findings('trailers', await commit('a', { agent: 'mallory' }))).toEqual([
    expect.stringContaining('names the agent mallory, whom the branch does not know'),
  ]);
  const stolen = await commit('a', { agent: 'bob', session: sessions.get('ada') ?? '' });
  expect(await findings('trailers', stolen)).toEqual([expect.stringContaining("which is ada's and not bob")]);
  const unknown = await commit('a', { agent: 'ada', session: '01M8AZXX5F178BW043ZVSKPV0J' });
  expect(await findings('trailers', unknown)).toEqual([
    expect.stringContaining('which is not on the branch'),
  ]);
  const broken = await commit('a', { agent: 'ada', lock: 'no token' });
  expect(await findings('trailers', broken)).toEqual([expect.stringContaining('which cannot be read')]);
});

test('gates: what a card requires is in a recap of the session', async () => {
  const made = await commit('a', { agent: 'ada' });
  expect(await findings('gates', made)).toEqual(['ada: the gate coverage is in no recap of the session']);
  expect(await findings('gates', await commit('a', { agent: 'bob' }))).toEqual([]);
});

describe('the branch', () => {
  let count = 0;

  /** A copy of the remote, whose branch `change` has moved, and what a check of its state finds. */
  async function checkCopy(
    change: (work: string) => Promise<void>,
    options: readonly string[] = [],
  ): Promise<{ exitCode: number | null; found: string[] }> {
    count += 1;
    const copy = sandbox.path(`copy-${count}.git`);
    await cp(remote, copy, { recursive: true });
    const work = await sandbox.clone(copy, `work-${count}`, { args: ['--branch', 'agent-os'] });
    await change(work);
    await sandbox.git(ci, 'remote', 'add', `copy-${count}`, copy);
    const done = await sandbox.cli(ci, [
      'verify',
      '--state',
      '--json',
      '--remote',
      `copy-${count}`,
      ...options,
    ]);
    const { findings: all } = JSON.parse(done.stdout) as Verified;
    const found = all
      .filter(({ severity }) => severity === 'error')
      .map(({ rule, message }) => `${rule}: ${message}`);
    return { exitCode: done.exitCode, found };
  }
  const force = (work: string, oid: string) =>
    sandbox.git(work, 'push', '--quiet', '--force', 'origin', `${oid}:refs/heads/agent-os`);
  const tip = () => sandbox.git(remote, 'rev-parse', 'agent-os');

  test('as it is, it passes, and so it does when it has grown', async () => {
    expect(await checkCopy(async () => {}, ['--before', await tip()])).toEqual({ exitCode: 0, found: [] });
    const grown = await checkCopy(
      async (work) => {
        await sandbox.commitFile(work, 'notes.txt', 'a note');
        await sandbox.git(work, 'push', '--quiet');
      },
      ['--before', await tip()],
    );
    expect(grown).toEqual({ exitCode: 0, found: [] });
  });

  test('branch-history: rewritten, truncated, or grown from another root', async () => {
    const before = await tip();
    const back = await checkCopy(
      async (work) => void (await force(work, `${before}~1`)),
      ['--before', before],
    );
    expect(back).toMatchObject({
      exitCode: 4,
      found: [expect.stringMatching(/^branch-history: .* was rewritten/)],
    });
    const short = await checkCopy(async (work) => {
      const tree = await sandbox.git(work, 'rev-parse', 'HEAD^{tree}');
      await force(work, await sandbox.git(work, 'commit-tree', '-m', 'all in one', tree));
    });
    expect(short.found.join('\n')).toMatch(/does not begin where every agent-os branch begins/);
    const mixed = await checkCopy(async (work) => {
      const tree = await sandbox.git(work, 'rev-parse', 'HEAD^{tree}');
      const main = await sandbox.git(work, 'rev-parse', 'origin/main');
      await force(work, await sandbox.git(work, 'commit-tree', '-m', 'x', '-p', 'HEAD', '-p', main, tree));
    });
    expect(mixed.found.join('\n')).toMatch(/has a history of another origin/);
  });

  test('branch-history: a rewritten branch stays one however often it is asked, until somebody says that it was meant', async () => {
    const passed = { exitCode: 0, found: [] };
    const rewritten = { exitCode: 4, found: [expect.stringMatching(/^branch-history: .* was rewritten/)] };
    expect(await checkCopy(async () => {})).toEqual(passed);
    const work = sandbox.path(`work-${count}`);
    const again = async (clone: string, ...options: string[]) => {
      const done = await sandbox.cli(clone, ['verify', '--state', '--json', ...options]);
      const { findings: all } = JSON.parse(done.stdout) as Verified;
      const found = all
        .filter(({ severity }) => severity === 'error')
        .map(({ rule, message }) => `${rule}: ${message}`);
      return { exitCode: done.exitCode, found };
    };
    const ciAgain = (...options: string[]) => again(ci, '--remote', `copy-${count}`, ...options);
    // Another clone of it, which has fetched the branch, and has never checked it.
    const joined = await sandbox.clone(sandbox.path(`copy-${count}.git`), 'joined');
    await sandbox.json(joined, ['init', '--no-hooks', '--no-view']);

    await force(work, 'HEAD~1');
    expect(await ciAgain()).toEqual(rewritten);
    expect(await ciAgain()).toEqual(rewritten);
    expect(await again(joined)).toEqual(rewritten);
    await sandbox.json(joined, ['locks', '--refresh']);
    expect(await again(joined)).toEqual(rewritten);
    const now = await sandbox.git(work, 'rev-parse', 'HEAD~1');
    expect(await ciAgain('--before', now)).toEqual(passed);
    expect(await ciAgain()).toEqual(passed);
  });

  test.each([
    ['a broken record', 'agents/ada.yaml', 'schema: agent-os/card/v1\nname: [\n', /agents\/ada.yaml/],
    [
      'a session at the place of another',
      'sessions/bob/01M8AZXX5F178BW043ZVSKPV0J.yaml',
      'schema: agent-os/session/v1\nid: 01M8AZXX5F178BW043ZVSKPV0J\nagent: ada\nstatus: active\ntask: x\nclone: 0123456789abcdef\nstarted_at: "2026-11-23T05:00:00Z"\nheartbeat_at: "2026-11-23T05:00:00Z"\ncommits: []\nhlc: 001795415400000-4k2f9q0zt7m1x8ce-01M83HHQJ0278B8C950792E93F\n',
      /belongs elsewhere/,
    ],
    ['a workflow', '.github/workflows/evil.yml', 'on: push\n', /could run on the host/],
    ['a file where a folder belongs', 'logs', 'x', /has a folder there/],
    ['attributes', '.gitattributes', '* merge=union\n', /changes how git treats/],
  ])('branch-content: %s', async (_, path, content, expected) => {
    const done = await checkCopy(async (work) => {
      await sandbox.git(work, 'rm', '-r', '--quiet', '--ignore-unmatch', path);
      await sandbox.commitFile(work, path, content);
      await sandbox.git(work, 'push', '--quiet');
    });
    expect(done).toEqual({ exitCode: 4, found: [expect.stringMatching(expected)] });
  });

  test('branch-content: a symbolic link and an unsafe name, which no checkout would make', async () => {
    const done = await checkCopy(async (work) => {
      const put = async (mode: string, path: string) => {
        const blob = (await sandbox.tryGit(work, ['hash-object', '-w', '--stdin'], { input: '/etc' })).stdout;
        await sandbox.git(work, 'update-index', '--add', '--cacheinfo', `${mode},${blob.trim()},${path}`);
      };
      await put('120000', 'state/link.yaml');
      await put('100644', 'state/\u202egpj.yaml');
      await sandbox.git(work, 'commit', '--quiet', '-m', 'x');
      await sandbox.git(work, 'push', '--quiet');
    });
    expect(done.exitCode).toBe(4);
    expect(done.found.join('\n')).toMatch(/is a symbolic link/);
    expect(done.found.join('\n')).toMatch(/'state\/\\u\{202e\}gpj.yaml' is a path that clients refuse/);
  });

  test('lock-record: one that cannot be read is an error, and with that rule off nothing under it passes', async () => {
    const brokenLock = async (work: string) => {
      const forged = await sandbox.git(work, 'commit-tree', '-m', 'held database', 'HEAD^{tree}');
      await sandbox.git(
        work,
        'push',
        '--quiet',
        '--force',
        'origin',
        `${forged}:refs/agent-os/locks/database`,
      );
    };
    const done = await checkCopy(brokenLock);
    expect(done).toEqual({
      exitCode: 4,
      found: [expect.stringMatching(/^lock-record: refs\/agent-os\/locks\/database cannot be read/)],
    });
    await checkCopy(async (work) => {
      await brokenLock(work);
      await sandbox.commitFile(
        work,
        'config.yaml',
        'schema: agent-os/config/v1\nverify:\n  lock-record: "off"\n',
      );
      await sandbox.git(work, 'push', '--quiet');
    });
    const made = await commit('unrelated.txt');
    const unknown = await sandbox.cli(ci, ['verify', `${base}..${made}`, '--remote', `copy-${count}`]);
    expect(unknown.stdout).toMatch(/^unknown refs\/agent-os\/locks\/database cannot be read/);
    expect(unknown.exitCode).toBe(5);
  });

  test('lock-record: one whose subject says something else than it holds is an error', async () => {
    const done = await checkCopy(async (work) => {
      const ref = 'refs/agent-os/locks/database';
      await sandbox.git(work, 'fetch', '--quiet', 'origin', ref);
      const held = 'FETCH_HEAD^{tree}';
      const forged = await sandbox.git(
        work,
        'commit-tree',
        '-p',
        'FETCH_HEAD',
        '-m',
        'free database #5',
        held,
      );
      await sandbox.git(work, 'push', '--quiet', 'origin', `${forged}:${ref}`);
    });
    expect(done).toEqual({
      exitCode: 4,
      found: [
        expect.stringMatching(
          /^lock-record: .* calls itself 'free database #5', .* 'held database by ada until /,
        ),
      ],
    });
  });

  test('severities of config.yaml decide: a warning is no failure, off says nothing', async () => {
    await checkCopy(async (work) => {
      const policy = 'schema: agent-os/config/v1\nverify:\n  foreign-lock: warn\n  trailers: "off"\n';
      await sandbox.commitFile(work, 'config.yaml', policy);
      await sandbox.git(work, 'push', '--quiet');
    });
    const made = await commit('db/schema.sql', { agent: 'mallory' });
    const done = await sandbox.cli(ci, ['verify', `${base}..${made}`, '--remote', `copy-${count}`]);
    expect(done.stdout).toMatch(/^warn \[foreign-lock\] [0-9a-f]{12} changes db\/schema.sql/);
    expect(done.stdout).toMatch(
      /\nok 1 commit, with refs\/heads\/agent-os at [0-9a-f]{12}; \d+ warnings?, which fails? nothing\n$/,
    );
    expect({ stderr: done.stderr, exitCode: done.exitCode }).toEqual({ stderr: '', exitCode: 0 });
  });
});
