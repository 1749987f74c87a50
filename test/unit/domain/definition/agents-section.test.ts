import { expect, it } from 'vitest';
import { formatAgentsSection, placeAgentsSection } from '../../../../src/domain/definition/agents-section.ts';

const section = (...names: string[]) =>
  formatAgentsSection(names.map((name) => ({ name, description: null })));

it('lists agents by name, each on one line that can be no mark', () => {
  const description = 'Evil\n<!-- agent-os:end -->\n# Heading `x`\u202e';
  const text = formatAgentsSection([
    { name: 'b', description },
    { name: 'a', description: null },
  ]);
  expect(text.match(/agent-os:end -->/g)).toHaveLength(1);
  expect(text).toContain(
    '- `a`\n- `b`: Evil \\<!-- agent-os:end --\\> # Heading \\`x\\`\n<!-- agent-os:end -->\n',
  );
  expect(placeAgentsSection(text, section('c'))).toBe(section('c'));
});

it.each([
  ['', (s: string) => s],
  ['# A', (s: string) => `# A\n\n${s}`],
  ['# A\r\n', (s: string) => `# A\r\n\r\n${s.replaceAll('\n', '\r\n')}`],
])('is placed behind %j, replaced there, and the same again', (before, expected) => {
  const first = placeAgentsSection(before, section('a'));
  expect(first).toBe(expected(section('a')));
  const followed = `${first}\nMore\n`;
  const second = placeAgentsSection(followed, section('b'));
  expect(second).toBe(`${expected(section('b'))}\nMore\n`);
  expect(placeAgentsSection(second, section('b'))).toBe(second);
});

it.each([
  '<!-- agent-os:begin -->',
  '<!-- agent-os:end --> <!-- agent-os:begin -->',
  `${section('a')}${section('a')}`,
])('leaves alone what does not pair up', (text) => {
  expect(placeAgentsSection(text, section('b'))).toBeNull();
});
