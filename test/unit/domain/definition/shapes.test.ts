import { describe, expect, it } from 'vitest';
import { parseDefinition } from '../../../../src/domain/definition/parse-definition.ts';

const parse = (body: string, front = 'name: go-backend\ndescription: Go') =>
  parseDefinition(`---\n${front}\n---\n${body}`).fields;

describe('commands', () => {
  it.each([
    [
      'bullets with an address in backticks',
      '## Available Commands\n- `@agent:go-backend create-service [name]` - Create a service\n- `@agent:go-backend ping`: Say hello',
    ],
    [
      'bullets with backticks',
      '## Commands You Respond To\n\n* `create-service [name]` — Create a service\n* `ping`: Say hello',
    ],
    [
      'bold bullets',
      '### 🛠️ Command Interface\n- **create-service [name]**: Create a service\n- **ping** - Say hello',
    ],
    [
      'numbered points',
      '## Supported commands\n1. `create-service` [name] - Create a service\n2) `ping` - Say hello',
    ],
    [
      'a table',
      '## Commands\n\n| Command | Description |\n|---|---|\n| `create-service [name]` | Create a service |\n| ping | Say hello |',
    ],
    [
      'a table with arguments',
      '## Commands\n| Verb | Args | What it does |\n|:--|:-:|--:|\n| create-service | `[name]` | Create a service |\n| ping | | Say hello |',
    ],
    [
      'a code block',
      '## Commands\n```\n@agent:go-backend create-service [name]  # Create a service\n@agent:go-backend ping  # Say hello\n```',
    ],
    [
      'bare words in a code block',
      '**Commands:**\n```text\ncreate-service [name]   # Create a service\nping: Say hello\n```',
    ],
    ['headings', '## Agent Commands\n### `create-service [name]`\nCreate a service\n### `ping`\nSay hello'],
    [
      'a line with a colon',
      'Other agents use these commands:\n- create-service [name] - Create a service\n- ping - Say hello',
    ],
    [
      'CRLF and tabs',
      '## Commands\r\n-\t`create-service [name]`\t- Create a service\r\n-\t`ping` - Say hello\r\n',
    ],
    ['a quote', '> ## Commands\n> - `create-service [name]` - Create a service\n> - `ping` - Say hello'],
    [
      'mis-encoded pictures',
      '## ðŸŽ¯ Commands\n- `create-service [name]` â€” Create a service\n- `ping` - Say hello',
    ],
  ])('as %s', (_what, body) => {
    const { commands } = parse(body);
    expect(commands).toMatchObject([{ name: 'create-service', args: '[name]' }, { name: 'ping' }]);
    expect(JSON.stringify(commands)).toContain('Create a service');
    expect(JSON.stringify(commands)).toContain('Say hello');
  });

  it('addressed anywhere to this agent count, those of others do not', () => {
    const body =
      'Others type `@agent:go-backend add-tests [package]` to you.\n\n- ask `@agent:sveltekit-specialist update-types`';
    expect(parse(body)['commands']).toMatchObject([{ name: 'add-tests', args: '[package]' }]);
  });

  it('are not what is typed into a shell, nor prose', () => {
    const body =
      '## Useful Commands\n- `go test ./...`\n## Build & Test Commands\n- `make lint`\n## Commands\n- Always answer within a minute\n';
    expect(parse(body)['commands']).toBeUndefined();
  });

  it('of a section that goes on under other headings', () => {
    const body =
      '# Commands\n## Services\n- `create-service [name]`\n## Data\n- `optimize-query [operation]`\n# Style\n- `gofmt`';
    expect(parse(body)['commands']).toMatchObject([{ name: 'create-service' }, { name: 'optimize-query' }]);
  });
});

describe('triggers', () => {
  it.each([
    '## Automatic Triggers',
    '## When to Activate',
    '### 🔔 Triggers',
    '**When to use this agent:**',
    'Activate automatically when:',
  ])('below %s', (heading) => {
    const body = `${heading}\n- When creating new microservices\n- Changes in \`db/migrations/**\` or \`*.sql\`\n- \`feat:\` commits that touch \`api/\`\n- a commit with the trailer \`Needs-Review: backend\``;
    expect(parse(body)['triggers']).toEqual([
      { when: 'When creating new microservices' },
      { when: 'Changes in db/migrations/** or *.sql', paths: ['db/migrations/**', '**/*.sql'] },
      { when: 'feat: commits that touch api/', paths: ['api/**'], commits: ['feat'] },
      { when: 'a commit with the trailer Needs-Review: backend', trailers: ['Needs-Review: backend'] },
    ]);
  });

  it('of the front matter, as maps and as words', () => {
    const front =
      'name: a\ndescription: b\ntriggers:\n  - paths: [db/**]\n    commits: fix\n  - when: schema\n    trailers: Reviewed-by\n  - breaking change commits';
    expect(parse('', front)['triggers']).toEqual([
      { when: 'paths db/**, commits fix', paths: ['db/**'], commits: ['fix'] },
      { when: 'schema', trailers: ['Reviewed-by'] },
      { when: 'breaking change commits', commits: ['breaking'] },
    ]);
  });
});

describe('specialists to check', () => {
  it.each([
    '## Before Making Changes, Check With\n- `cloudflare-specialist` for schemas\n- **sveltekit-specialist**: API types',
    '## Coordination\n1. cloudflare-specialist - D1 schema\n2. SvelteKit Specialist (routes)',
    '### Before changing anything\n| Specialist | Why |\n|---|---|\n| @agent:cloudflare-specialist | data |\n| `sveltekit-specialist` | types |',
    '## Collaborates with\nTalk to cloudflare-specialist and sveltekit-specialist first.',
    'Check with these specialists before changes:\n- cloudflare-specialist\n- sveltekit-specialist\n- go-backend',
    '## Setup\n```bash\ncheck_agent_active "cloudflare-specialist"\ncheck_agent_active sveltekit-specialist\n```',
  ])('%#', (body) => {
    expect(parse(body)['coordinates_with']).toEqual(['cloudflare-specialist', 'sveltekit-specialist']);
  });
});

describe('quality gates', () => {
  it.each([
    '## Quality Gates\n- Test coverage of at least 80%\n- Linting passes\n- Security scan: no findings',
    '## ✅ Quality Gates\n- [ ] Test coverage ≥ 80 %\n- [ ] Linting must pass\n- [x] Security scan with no findings',
    '### Definition of Done\n1. **Test coverage**: minimum 80%\n2. **Linting**: passed\n3. **Security scan**: 0 findings',
    '## Quality checks\n| Gate | Requirement |\n|---|---|\n| Test coverage | 80% or higher |\n| Linting | passes |\n| Security scan | no findings |',
    'Before completing any task:\n* Test coverage > 80%\n* All linting passes\n* Security scan: zero findings',
  ])('%#', (body) => {
    expect(parse(body)['gates']).toMatchObject([
      { name: 'Test coverage', require: expect.stringMatching(/^>=? 80 %$/) },
      { name: expect.stringMatching(/^linting$/i), require: 'passed' },
      { name: 'Security scan', require: 'no findings' },
    ]);
  });

  it('of the front matter', () => {
    const front = 'name: a\ndescription: b\nquality_gates:\n  coverage: ">= 80"\n  lint: passes';
    expect(parse('', front)['gates']).toEqual([
      { name: 'coverage', require: '>= 80' },
      { name: 'lint', require: 'passes' },
    ]);
  });
});

describe('what it owns', () => {
  it('resources below a heading that says so', () => {
    const body =
      '## Resources\n\nLocks:\n- `database-schema`\n- `go.mod` and `migrations`\n- [docs](https://example.com)';
    expect(parse(body)['resources']).toEqual(['database-schema', 'migrations']);
  });

  it('locks in its text, whoever writes them', () => {
    const body = [
      '```bash',
      'lock_resource "database-schema" "go-backend"',
      'lock_resource \'API contracts\' "$AGENT"',
      'unlock_resource "other" "go-backend"',
      'lock_resource "frontend" "sveltekit-specialist"',
      'lock_resource "$RESOURCE" "go-backend" && lock_resource "[resource]" "go-backend"',
      'agent-os lock go-modules ci --ttl 2h # both',
      '```',
      'Or type `agent-os lock cache`.',
    ].join('\n');
    expect(parse(body)['resources']).toEqual([
      'database-schema',
      'API contracts',
      'go-modules',
      'ci',
      'cache',
    ]);
  });

  it('globs below a heading that says so, and in the front matter', () => {
    const front = 'name: a\ndescription: b\nowns: cmd/**, internal/**';
    const body =
      '## Files you own\n- `db/` and `go.mod`\n- see `https://example.com/x`\n## Responsibilities\n- `not/this/**`';
    expect(parse(body, front)['owns']).toEqual(['cmd/**', 'internal/**', 'db/**', '**/go.mod']);
  });
});
