import { describe, expect, it } from 'vitest';
import { findUnknownPolicy, POLICY } from '../../../src/app/policy.ts';
import { appendState, beginStateEdit, finishStateEdit, getState, setState } from '../../../src/app/state.ts';
import { makeWorkspace } from '../../support/workspace.ts';

const WHICH = { document: POLICY };

describe('the policy', () => {
  it('is changed by operations, key by key, and keeps what stands beside', async () => {
    const workspace = await makeWorkspace();
    await setState(workspace, { ...WHICH, path: 'verify.signatures', value: 'error' });
    await setState(workspace, { ...WHICH, path: 'resources.db.paths', value: '[db/**]' });
    await appendState(workspace, { ...WHICH, path: 'guards.exempt_paths', value: 'docs/**' });
    expect((await getState(workspace, WHICH)).value).toEqual({
      verify: { signatures: 'error' },
      resources: { db: { paths: ['db/**'] } },
      guards: { exempt_paths: ['docs/**'] },
    });
    expect(await workspace.file('config.yaml')).toContain('schema: agent-os/config/v1\n');
    expect((await workspace.subjects())[0]).toBe(
      'config: go-backend: append to guards.exempt_paths: docs/**',
    );
  });

  it.each([
    ['an unknown severity', 'verify.signatures', 'eror'],
    ['no duration', 'locks.ttl', 'for ever'],
    ['a glob that cannot be read', 'guards.require_lock', '["a{b"]'],
    ['a resource without a list of globs', 'resources.db', '{paths: db}'],
    ['an unreadable glob of a resource', 'resources.db.paths', '["a{b"]'],
  ])('does not become %s', async (_what, path, value) => {
    const workspace = await makeWorkspace();
    await expect(setState(workspace, { ...WHICH, path, value })).rejects.toMatchObject({
      code: 'BAD_VALUE',
      message: expect.stringContaining('that would be no policy'),
    });
    expect(await workspace.subjects()).toEqual(['root']);
  });

  it('goes through an editor, and back only in order', async () => {
    const workspace = await makeWorkspace();
    await setState(workspace, { ...WHICH, path: 'locks.ttl', value: '3h' });
    const edit = await beginStateEdit(workspace, WHICH);
    await expect(
      finishStateEdit(workspace, { edit, text: edit.text.replace('3h', 'x') }),
    ).rejects.toMatchObject({ code: 'BAD_VALUE' });
    const text = edit.text.replace('3h', '4h # long enough');
    expect(await finishStateEdit(workspace, { edit, text })).toMatchObject({ changed: true });
    expect(await workspace.file('config.yaml')).toContain('ttl: 4h # long enough');
  });

  it('names what no version that is known has, wherever it stands', () => {
    const known = {
      schema: 'agent-os/config/v1',
      groups: { any: ['ada'] },
      server: { users: { x: ['ada'] } },
    };
    expect(findUnknownPolicy(known)).toEqual([]);
    const odd = { guard: {}, verify: { signature: 'error' }, resources: { db: { paths: [], path: 'x' } } };
    expect(findUnknownPolicy(odd)).toEqual(['guard', 'verify.signature', 'resources.db.path']);
  });
});
