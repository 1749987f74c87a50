import { expect, it, test } from 'vitest';
import { decode } from '../../../../src/domain/codec.ts';
import { resolveConfig } from '../../../../src/domain/schema/resolve-config.ts';

const decodeConfig = (yaml: string) =>
  decode('config', new TextEncoder().encode(`schema: agent-os/config/v1\n${yaml}`), 'config.yaml');

test('without policy, locks and pushes are guarded, and no network is a warning', () => {
  expect(resolveConfig(null).guards).toEqual({
    locks: 'block',
    push: 'block',
    offline: 'warn',
    identity: 'off',
    dispatch: 'block',
    trailers: true,
    exemptPaths: [],
    exemptAgents: [],
    requireLock: [],
    fencedPush: 'suggest',
  });
});

test('what is written counts, and what is not known is left alone', () => {
  const config = decodeConfig(
    'guards:\n  locks: warn\n  trailers: off\n  exempt_paths: [docs/**]\n  fenced_push: require\n  later: {x: 1}\n',
  );
  expect(config.guards).toMatchObject({ later: { x: 1 } });
  expect(resolveConfig(config).guards).toMatchObject({
    locks: 'warn',
    push: 'block',
    trailers: false,
    exemptPaths: ['docs/**'],
    fencedPush: 'require',
  });
});

it.each(['locks: maybe', 'exempt_paths: docs', 'fenced_push: always'])('%s is refused', (line) => {
  expect(() => decodeConfig(`guards:\n  ${line}\n`)).toThrow(
    expect.objectContaining({ code: 'RECORD_BROKEN' }),
  );
});
