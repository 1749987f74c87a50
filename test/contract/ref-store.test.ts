import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Oid, RefName } from '../../src/domain/names.ts';
import type { RefStore } from '../../src/domain/ports.ts';
import { openLocalRefs } from '../../src/git/local-refs.ts';
import { openRemote } from '../../src/git/remote.ts';
import { discoverRepository } from '../../src/git/repository.ts';
import { serveHttp } from '../support/http-remote.ts';
import { lacksTool } from '../support/processes.ts';
import { makeSandbox, type Sandbox } from '../support/sandbox.ts';
import { serveSsh } from '../support/ssh-remote.ts';

interface World {
  /** Two users of the same refs, who know nothing of each other. */
  readonly stores: readonly [RefStore, RefStore];
  /** A new commit that both can refer to. */
  commit(): Promise<Oid>;
  /** A ref as plain git sees it where it is kept. */
  look(ref: RefName): Promise<Oid | null>;
}

interface Variant {
  readonly title: string;
  open(sandbox: Sandbox): Promise<World>;
}

const local = async (sandbox: Sandbox, folders: readonly [string, string]): Promise<World> => {
  const stores = await Promise.all(
    folders.map(async (folder) => openLocalRefs((await discoverRepository(folder, {})).paths)),
  );
  return {
    stores: [stores[0], stores[1]] as [RefStore, RefStore],
    ...plainGit(sandbox, folders[0], folders[0]),
  };
};

const variants: readonly Variant[] = [
  {
    title: 'refs of a plain repository',
    open: async (sandbox) => {
      const repository = await sandbox.repository('a');
      return local(sandbox, [repository, repository]);
    },
  },
  {
    title: 'refs of a bare repository',
    open: async (sandbox) => {
      const bare = await sandbox.bareRemote();
      return local(sandbox, [bare, bare]);
    },
  },
  {
    title: 'refs of a linked worktree and its repository',
    open: async (sandbox) => {
      const repository = await sandbox.repository('a');
      return local(sandbox, [await sandbox.worktree(repository, 'b'), repository]);
    },
  },
  { title: 'refs of a remote by path, seen from two clones', open: (sandbox) => remote(sandbox, byPath) },
  {
    title: 'refs of a remote by file://, seen from two clones',
    open: (sandbox) => remote(sandbox, byFileUrl),
  },
  {
    title: 'refs of a remote by smart HTTP, seen from two clones',
    open: (sandbox) => remote(sandbox, byHttp),
  },
  ...(lacksTool('sshd', 'openssh-server')
    ? []
    : [
        {
          title: 'refs of a remote by ssh, seen from two clones',
          open: (sandbox: Sandbox) => remote(sandbox, bySsh),
        },
      ]),
];

interface Address {
  readonly url: string;
  readonly sshCommand: string | null;
}
type Serve = (sandbox: Sandbox, bare: string) => Promise<Address>;

const byPath: Serve = async (_, bare) => ({ url: bare, sshCommand: null });
const byFileUrl: Serve = async (_, bare) => ({ url: `file://${bare}`, sshCommand: null });
const byHttp: Serve = async (sandbox, bare) => ({
  url: (await serveHttp(sandbox, bare)).url,
  sshCommand: null,
});
const bySsh: Serve = async (sandbox, bare) => {
  const host = await serveSsh(sandbox);
  return { url: host.url(bare), sshCommand: host.sshCommand };
};

/** Commits are made in one clone and handed to the other by hand, so that only the refs under test are pushed. */
async function remote(sandbox: Sandbox, serve: Serve): Promise<World> {
  const bare = await sandbox.bareRemote();
  const { url, sshCommand } = await serve(sandbox, bare);
  const folders = [await sandbox.clone(bare, 'a'), await sandbox.clone(bare, 'b')] as const;
  for (const folder of folders) await sandbox.git(folder, 'remote', 'set-url', 'origin', url);
  await sandbox.git(folders[1], 'remote', 'add', 'friend', folders[0]);
  const open = async (folder: string) => {
    const { paths } = await discoverRepository(folder, {});
    const branch = 'refs/heads/agent-os' as RefName;
    return openRemote({ paths, name: 'origin', branch, budget: 120_000, sshCommand }).refs;
  };
  const plain = plainGit(sandbox, folders[0], bare);
  const commit = async () => {
    const oid = await plain.commit();
    const held = `refs/held/${oid}`;
    await sandbox.git(folders[0], 'update-ref', held, oid);
    await sandbox.git(folders[1], 'fetch', '--quiet', 'friend', held);
    return oid;
  };
  return { stores: [await open(folders[0]), await open(folders[1])], commit, look: plain.look };
}

function plainGit(sandbox: Sandbox, writer: string, keeper: string): Pick<World, 'commit' | 'look'> {
  let count = 0;
  const env = {
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a',
    GIT_COMMITTER_NAME: 'a',
    GIT_COMMITTER_EMAIL: 'a',
  };
  return {
    commit: async () => {
      const tree = await sandbox.git(writer, 'hash-object', '-w', '-t', 'tree', '/dev/null');
      const made = await sandbox.tryGit(writer, ['commit-tree', '-m', `commit ${count++}`, tree], { env });
      return made.stdout.trim() as Oid;
    },
    look: async (ref) => {
      const found = await sandbox.tryGit(keeper, ['rev-parse', '--verify', '--quiet', ref]);
      return found.exitCode === 0 ? (found.stdout.trim() as Oid) : null;
    },
  };
}

const [A, B] = ['refs/agent-os/locks/a', 'refs/agent-os/locks/b%2fc'] as [RefName, RefName];

describe.each(variants)('$title', ({ open }) => {
  const start = async () => open(await makeSandbox());

  it('are created, moved and read', async () => {
    const { stores, commit, look } = await start();
    const [store, other] = stores;
    const [one, two] = [await commit(), await commit()];
    expect(await store.transact([{ ref: A, expect: null, to: one }])).toEqual({ status: 'done' });
    expect(
      await other.transact([
        { ref: A, expect: one, to: two },
        { ref: B, expect: null, to: one },
      ]),
    ).toEqual({
      status: 'done',
    });
    expect([await look(A), await look(B)]).toEqual([two, one]);
    expect(await store.read(['refs/agent-os/locks/'])).toEqual(
      new Map([
        [A, two],
        [B, one],
      ]),
    );
    expect(await store.read([B, 'refs/agent-os/lock', 'refs/agent-os/claims'])).toEqual(new Map([[B, one]]));
    expect(await store.read([])).toEqual(new Map());
  });

  it('move all or not at all: a ref that is not as expected loses for the others, too', async () => {
    const { stores, commit, look } = await start();
    const [store] = stores;
    const [one, two, three] = [await commit(), await commit(), await commit()];
    await store.transact([{ ref: A, expect: null, to: one }]);
    const outcome = await store.transact([
      { ref: B, expect: null, to: two },
      { ref: A, expect: three, to: two },
    ]);
    expect(outcome).toEqual({ status: 'lost', found: new Map([[A, one]]) });
    expect([await look(A), await look(B)]).toEqual([one, null]);
  });

  it('lose when the ref exists but must not, and when it does not but should', async () => {
    const { stores, commit, look } = await start();
    const [store, other] = stores;
    const [one, two] = [await commit(), await commit()];
    await other.transact([{ ref: A, expect: null, to: one }]);
    expect(await store.transact([{ ref: A, expect: null, to: two }])).toMatchObject({ status: 'lost' });
    expect(await store.transact([{ ref: B, expect: one, to: two }])).toMatchObject({ status: 'lost' });
    expect([await look(A), await look(B)]).toEqual([one, null]);
  });

  it('say lost, not done, to the second of two that make the same record', async () => {
    const { stores, commit } = await start();
    const [store, other] = stores;
    const one = await commit();
    expect(await store.transact([{ ref: A, expect: null, to: one }])).toEqual({ status: 'done' });
    expect(await other.transact([{ ref: A, expect: null, to: one }])).toMatchObject({ status: 'lost' });
  });

  it('are not moved back by a value that was true once', async () => {
    const { stores, commit, look } = await start();
    const [store] = stores;
    const [one, two] = [await commit(), await commit()];
    await store.transact([{ ref: A, expect: null, to: one }]);
    await store.transact([{ ref: A, expect: one, to: two }]);
    expect(await store.transact([{ ref: A, expect: one, to: two }])).toMatchObject({ status: 'lost' });
    expect(await look(A)).toBe(two);
  });

  it('have one winner when many want them at once', async () => {
    const { stores, commit, look } = await start();
    const commits: Oid[] = [];
    while (commits.length < 6) commits.push(await commit());
    const outcomes = await Promise.all(
      commits.map((to, i) => stores[i % 2 === 0 ? 0 : 1].transact([{ ref: A, expect: null, to }])),
    );
    const winners = commits.filter((_, i) => outcomes[i]?.status === 'done');
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['done', ...Array(5).fill('lost')]);
    expect([await look(A)]).toEqual(winners);
  });

  it('refuse a name that another ref rules out, and say why', async () => {
    const { stores, commit, look } = await start();
    const [store] = stores;
    const [one, two] = [await commit(), await commit()];
    await store.transact([{ ref: A, expect: null, to: one }]);
    const below = join(A, 'below') as RefName;
    const outcome = await store.transact([{ ref: below, expect: null, to: two }]);
    expect(outcome).toMatchObject({ status: 'refused', reason: expect.stringContaining(A) });
    expect(await look(below)).toBeNull();
  });
});
