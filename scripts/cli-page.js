/** Data of `--json`, beside `schema`; camelCase, times in ISO 8601. Commands that are not here have none of note. */
const JSON_FIELDS = {
  init: '`created`, `how` (`created`, `joined`, or `present`: only this clone had it), `already` (this clone was set up before), `branch`, `instead` (the default ref, where the branch was found under another name; else null), `remote`, `candidates` (remotes among which none was chosen), `capabilities: {customRefs, atomic, lease, delete, reasons}`, `refused` (the host’s words when it did not take the branch, with `error` and exit code 4; else null), `view`, `hooks` (how many git reaches; null with `--no-hooks`), `home`',
  context:
    '`state`, `sessions`, `locks`, `unread`, `tasks`, `recaps`, `specialists: [{agent, sessions, locks, changes}]`, `changes`, `conflicts`, `home`, `problems`',
  start: '`session`, `resumed`, `specialists` as in context',
  done: '`session`, `already`, `released`, `queued`',
  heartbeat: '`session`, `renewed`, `lost`',
  lock: '`locks: [{resource, mode, holders: [{agent, session, clone}], paths, oid, token, reason, acquiredAt, expiresAt, scope}]`, `former: [{resource, holder, token, expiresAt, why}]` (whose expired locks were taken over); or, with exit code 3, `heldBy: [{wanted, resource, mode, holder, paths, token, reason, oid, expiresAt, takeoverAt, scope}]` and `error`',
  unlock: '`released`, `queued`',
  locks:
    '`locks` as above (a holder whose release waits for the remote has `releasing`), `seenAt`, `broken`, `unpublished`',
  send: '`messages: [{id, thread, from, to, subject, body, priority, ackRequired, ackedAt, sentAt, readAt, task, trigger, commit, paths, attachments: [{name, path, size, type, role, file}]}]`',
  inbox: '`messages` as above, `problems`',
  read: '`messages`, `problems`',
  ack: '`messages`',
  'state get': '`value`, `problems: [{path, message, hint}]` (files that cannot be read)',
  'state set': '`value`',
  'state append': '`value`',
  'config get': '`value`',
  'config set': '`value`',
  'config append': '`value`',
  'log add':
    '`entries: [{id, agent, at, text}]`, `problems` (the log of the day, when it had to be begun anew)',
  'log show': '`entries`, `problems`',
  'recap add':
    '`recaps: [{id, agent, at, title, sections, commits, body, gates}]`, `gateReport: [{name, status, require, detail}]`',
  'recap list': '`recaps`',
  'recap show': '`recaps`, `gateReport` as above',
  'handoff to': '`message`',
  'handoff accept': '`message`, `already`',
  'agent add':
    '`agents: [{name, hasCard, description, specialization, color, tools, owns, resources, commands, triggers, coordinatesWith, gates, body}]`, `warnings`, `harness: [{path, status}]`',
  dispatch: '`message`',
  'task accept':
    '`task: {id, state, agent, from, verb, args, subject, sentAt, acceptedAt, closedAt, answer, commit}`, `already`',
  'task decline': '`task`, `already`',
  'task done': '`task`, `already`',
  'task list': '`tasks`, `problems`',
  'triggers test': '`fires: [{agent, trigger, commit, subject, paths, from, status}]`, `commits`, `problems`',
  'triggers fire': '`messages`, `problems`',
  'roadmap add': '`item: {index, id, title, status, owner, doneAt}`',
  'roadmap done': '`item`, `already`',
  'roadmap list': '`items`, `problems`',
  'agent list': '`agents`',
  'agent show': '`agents`',
  status:
    '`sessions: [{id, agent, status, stale, holds, task, branch, heartbeatAt, …}]`, `locks`, `unread`, `tasks`, `conflicts`, `unsynced`; with --active: `agent`, `active`, `sessions`',
  sync: '`remote` (null without one), `fetched` (true or false), `merged` (`same`, `replaced`, `merged`), `published` and `pending` (numbers of operations that others can see now, and cannot yet), `branch` (`pushed`, `behind`, `same`), `renewed: {from, to}` (the clone’s ids, when it turned out to be a copy; else null), `refused` (the host’s words when it did not move a ref; else null), `released` (resources whose release had waited), `lost` (resources that others have taken over); with exit code 4, `error` beside them',
  push: '`pushed`, `locks`',
  'hooks install':
    '`hooks: [{worktree, hook, state, how, fix}]`, `routes: [{hook, route, path}]`, `edits`, `snippets`, `dryRun`',
  'hooks uninstall': '`edits`, `dryRun`',
  'hooks status': '`hooks: [{worktree, hook, state, how, fix}]`, `launcher`',
  report:
    '`range`, `generatedAt`, `truncated`, `agents`, `sessions`, `commits`, `paths`, `recaps`, `messages`, `locks`, `gates`, `open`, `others`, `problems`',
  notes: '`ref`, `tip`, `commits`, `published`, `problems`',
  verify:
    '`findings: [{rule, severity, path, line, commit, message, hint}]`, `unknown`, `range`, `commits`, `branch`',
  'ci install': '`host`, `path`, `file`, `onBranch`, `dryRun`',
  'ci notify': '`messages`, `already`',
  'server install': '`hook`, `kept`, `action`, `dryRun`',
  'server uninstall': '`hook`, `kept`, `action`, `dryRun`',
  'server receive': '`refusals: [{ref, message}]`',
  gc: '`removed`, `dryRun`',
  home: '`home: {path, repository, isHere, unfiled}`, `status`, `previous`, `moved`, or `filed`',
  reap: '`reaped: [{session, holds}]`, `kept: [{session, holds, until, why}]`, `dryRun`',
  doctor: '`checks: [{name, status, message, fix}]`',
};

const INTRODUCTION = `# The command line

\`agent-os …\` and \`git agent-os …\` are the same program. This page is written from the program (\`npm run docs\`).

**Output.** Data goes to standard output, everything else to standard error. \`--json\` prints exactly one object, \`{"schema": "agent-os/cli/<command>/v1", …}\`; an error is \`{"schema": …, "error": {code, message, hint, data}}\` on standard output, with the same exit code, beside what there is to say all the same. Colour and progress appear on a terminal only; NO_COLOR, FORCE_COLOR and CI are respected. Text that comes from others is stripped of control characters.

**Who speaks**: \`--agent NAME\`, else AGENT_OS_AGENT, else \`git config agent-os.agent\`, else the session that is active in this worktree, else the person of \`user.name\`. Who types in a worktree where an agent is active acts as that agent; \`done\` and \`unlock\` say so.

**Settings**: git config \`agent-os.<name>\`, which the environment's AGENT_OS_<NAME> outweighs: \`remote\`, \`ref\` (refs/heads/agent-os), \`timeout\` (10s, on the network), \`publish\` (\`background\`, \`now\` or \`manual\`), \`view\` (true), \`notes\` (false), \`sign\` (false, see [security.md](security.md#signatures)).

**Durations** are a number and a unit: \`90s\`, \`30m\`, \`2h\`, \`7d\`.
`;

/** docs/cli.md, from command specifications and the table of error codes. */
export function formatCliPage(commands, errorCodes) {
  return [
    INTRODUCTION,
    ...commands.flatMap((command) => formatCommand(command)),
    '## Exit codes and error codes\n',
    'Exit codes: 0 done, 1 failed, 2 usage, 3 held by another, 4 policy says no, 5 remote unreachable, 6 lost the race too often; 130 interrupted.\n',
    '| code | exit | meaning |\n|---|---|---|',
    ...Object.entries(errorCodes).map(([code, { exit, meaning }]) => `| ${code} | ${exit} | ${meaning} |`),
    '',
  ].join('\n');
}

function formatCommand(command) {
  const heading = `## ${command.name}\n\n${sentence(command.summary)}\n`;
  if (command.subcommands === undefined) return [heading, ...formatSpec(command, command.name)];
  const subcommands = command.subcommands
    .filter(({ hidden }) => !hidden)
    .flatMap((spec) => {
      const name = `${command.name} ${spec.name}`;
      return [`### ${name}\n\n${sentence(spec.summary)}\n`, ...formatSpec(spec, name)];
    });
  return [heading, ...subcommands];
}

function formatSpec(spec, name) {
  const words = (spec.arguments ?? []).map(({ name: word, optional, variadic }) => {
    const placeholder = `${word.toUpperCase()}${variadic ? '…' : ''}`;
    return optional ? `[${placeholder}]` : placeholder;
  });
  const rows = [
    ...(spec.arguments ?? []).map((argument) => [argument.name.toUpperCase(), argument.description]),
    ...(spec.options ?? []).map(({ flags, description, choices }) => [
      flags,
      choices === undefined ? description : `${description} (${choices.join(', ')})`,
    ]),
  ];
  return [
    `\`\`\`\nagent-os ${[name, ...words].join(' ')}\n\`\`\`\n`,
    ...(spec.description === undefined ? [] : [`${spec.description}\n`]),
    ...(rows.length === 0 ? [] : ['| | |', '|---|---|', ...rows.map((row) => formatRow(row)), '']),
    ...(JSON_FIELDS[name] === undefined ? [] : [`JSON: ${JSON_FIELDS[name]}\n`]),
    `\`\`\`sh\n${spec.examples.join('\n')}\n\`\`\`\n`,
  ];
}

function formatRow([what, description]) {
  return `| \`${what}\` | ${description.replaceAll('|', '\\|')} |`;
}

function sentence(text) {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
