import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { judgeGates } from '../../../../src/domain/definition/gate-report.ts';
import type { CardGate } from '../../../../src/domain/definition/gates.ts';
import { parseDefinition } from '../../../../src/domain/definition/parse-definition.ts';
import { readReportedGates } from '../../../../src/domain/definition/reported-gates.ts';
import { PROJECT } from '../../../support/sandbox.ts';

const folder = join(PROJECT, 'templates/agents');
const names = readdirSync(folder).map((name) => name.replace(/\.md$/, ''));

it('ships four specialists', () => {
  expect(names.sort()).toEqual([
    'cloudflare-specialist',
    'devops-engineer',
    'go-backend',
    'sveltekit-specialist',
  ]);
});

it.each(names)('%s says all that a card can hold, and the whole protocol', (name) => {
  const text = readFileSync(join(folder, `${name}.md`), 'utf8');
  const { fields, warnings } = parseDefinition(text);
  expect(warnings).toEqual([]);
  for (const key of ['tools', 'owns', 'resources', 'commands', 'triggers', 'coordinates_with', 'gates']) {
    expect(fields[key], key).toHaveProperty('length');
    expect((fields[key] as unknown[]).length, key).toBeGreaterThan(2);
  }
  const triggers = fields['triggers'] as {
    when: string;
    paths?: string[];
    commits?: string[];
    trailers?: string[];
  }[];
  for (const { when, paths, commits, trailers } of triggers)
    expect(paths ?? commits ?? trailers, when).toBeDefined();
  for (const step of [
    `source ~/.agent-os/bin/load-context.sh ${name}\n`,
    `announce_agent_start "${name}" "`,
    `" "${name}"\n`,
    `send_agent_message "${name}" "`,
    'jq \'.critical_context.recent_changes += ["',
    'jq \'.critical_context.current_focus = "',
    '~/.agent-os/state/project-state.json',
    `cat >> ~/.agent-os/logs/${name}.log << EOF`,
    'recaps/latest.md',
    'agent-os handoff ',
    `announce_agent_completion "${name}" "`,
  ])
    expect(text).toContain(step);
  const recap = /cat > "\$RECAP" << EOF\n([\s\S]*?)EOF/.exec(text)?.[1] ?? '';
  const results = judgeGates(fields['gates'] as unknown as CardGate[], [readReportedGates(recap)]);
  expect(results.map(({ status }) => status)).toEqual(results.map(() => 'passed'));
  expect(results).toHaveLength((fields['gates'] as unknown[]).length);
});
