import { expect, it, test } from 'vitest';
import { formatMarker, type Marker } from '../../../src/domain/marker.ts';
import type { AgentName, RecordId, RefName } from '../../../src/domain/names.ts';

const MARKER: Marker = {
  agent: 'ada' as AgentName,
  session: '01KA0000000000000000000000' as RecordId,
  guards: false,
  ownLocks: true,
  trailers: true,
  until: { seconds: 1234.9, boot: '0a1b' },
  remote: 'origin',
  branch: 'refs/heads/agent-os' as RefName,
  asked: null,
};

test('one line of words that begins with its version and ends with ok', () => {
  expect(formatMarker(MARKER)).toBe(
    '1 ada 01KA0000000000000000000000 0 1 1 1234 0a1b origin refs/heads/agent-os - ok\n',
  );
  expect(
    formatMarker({ ...MARKER, agent: null, session: null, until: null, remote: null, asked: 'bob' }),
  ).toBe('1 - - 0 1 1 - - - refs/heads/agent-os bob ok\n');
});

it.each(['a b', 'a\nb', '$(x)', '*', 'é'])('%j is no word of it: then there is none', (asked) => {
  expect(formatMarker({ ...MARKER, asked })).toBeNull();
});
