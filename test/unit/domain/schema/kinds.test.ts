import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { jsonSchema, KINDS, type Kind } from '../../../../src/domain/schema/kinds.ts';
import { resolveConfig } from '../../../../src/domain/schema/resolve-config.ts';

const folder = new URL('../../../../schemas/', import.meta.url);
const kinds = Object.keys(KINDS) as Kind[];

describe('schemas/ is what scripts/write-schemas.js writes', () => {
  it.each(kinds)('%s', (kind) => {
    const published = readFileSync(new URL(`${kind}.v${KINDS[kind].version}.json`, folder), 'utf8');
    expect(JSON.parse(published)).toEqual(jsonSchema(kind));
  });

  it('and nothing else', () => {
    expect(readdirSync(folder).sort()).toEqual(
      kinds.map((kind) => `${kind}.v${KINDS[kind].version}.json`).sort(),
    );
  });
});

it('a branch without config.yaml has the documented defaults', () => {
  const config = resolveConfig(null);
  expect(config.locks).toEqual({ ttl: 7200, grace: 10, maxSkew: 600, maxUnvouchedSkew: 86_400 });
  expect(config.retention).toEqual({
    messages: 2_592_000,
    logs: 7_776_000,
    sessions: 2_592_000,
    tombstones: 2_592_000,
  });
  expect(config.resources.size).toBe(0);
});

it('what is configured is kept, the rest is default', () => {
  const config = resolveConfig({
    locks: { ttl: '30m' },
    resources: { 'database-schema': { paths: ['db/**'] } },
  });
  expect(config.locks).toMatchObject({ ttl: 1800, grace: 10 });
  expect(config.resources.get('database-schema')).toEqual({ paths: ['db/**'], description: null });
});
