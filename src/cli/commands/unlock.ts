import { forceUnlock, unlockAll, unlockResources } from '../../app/locking.ts';
import type { Workspace } from '../../app/workspace.ts';
import { AgentOsError } from '../../domain/errors.ts';
import type { FormerHolder, ReleaseOutcome } from '../../store/locks/locks.ts';
import type { CommandOutput, CommandSpec, Invocation } from '../command-spec.ts';
import { given } from '../given.ts';
import { holderNames } from '../lock-lines.ts';
import { published } from '../publish.ts';
import { speakerNotes } from '../speaker-notes.ts';
import { type Line, strong } from '../text.ts';

export const command: CommandSpec = {
  name: 'unlock',
  summary: "release the session's locks, or somebody else's by force",
  arguments: [{ name: 'resource', description: 'what to release', variadic: true, optional: true }],
  options: [
    { flags: '--all', description: 'every lock that the session holds' },
    {
      flags: '--force <oid>',
      description: "release another's lock; the oid is what `agent-os locks RESOURCE` shows",
    },
    { flags: '--reason <text>', description: 'why, told to the holder; needed with --force' },
  ],
  examples: [
    'agent-os unlock database-schema',
    'agent-os unlock --all',
    "agent-os unlock database-schema --force 4b825dc642cb6eb9a060e54bf8d69288fbee4904 --reason 'its machine is gone'",
  ],
  async run(invocation) {
    const { values, agent, workspace: open } = invocation;
    const resources = values.list('resource');
    const force = values.optional('force');
    const all = values.flag('all');
    checkUsage({ resources, all, force, reason: values.optional('reason') });
    const workspace = await open();
    const who = given({ agent });
    const speaker = await speakerNotes(workspace, agent);
    if (force !== undefined) {
      const [resource = ''] = resources;
      const input = { ...who, resource, oid: force, reason: values.optional('reason') ?? '' };
      return runForced(invocation, workspace, input, speaker);
    }
    return describeRelease(
      all ? await unlockAll(workspace, who) : await unlockResources(workspace, { ...who, resources }),
      speaker,
    );
  },
};

function checkUsage(line: {
  resources: readonly string[];
  all: boolean;
  force: string | undefined;
  reason: string | undefined;
}): void {
  const problem =
    line.all === line.resources.length > 0
      ? 'give either resources or --all'
      : line.force !== undefined && line.resources.length !== 1
        ? '--force releases exactly one resource'
        : line.force !== undefined && line.reason === undefined
          ? '--force needs --reason'
          : line.force === undefined && line.reason !== undefined
            ? '--reason goes with --force'
            : null;
  if (problem !== null) throw new AgentOsError('USAGE', problem, { hint: 'See `agent-os unlock --help`.' });
}

function describeRelease(
  { released, queued, notHeld }: ReleaseOutcome,
  speaker: readonly Line[],
): CommandOutput {
  const [first] = notHeld;
  return {
    data: { released, ...(queued.length > 0 && { queued }), ...(notHeld.length > 0 && { notHeld }) },
    text: [
      ...released.map((resource) => ['Released ', strong(resource)]),
      ...(released.length + queued.length + notHeld.length === 0 ? ['No lock is held by this session.'] : []),
    ],
    notes: [
      ...(released.length + queued.length === 0 ? [] : speaker),
      ...queued.map(
        (resource) =>
          `${resource}: the remote cannot be reached; it is released at the next contact (agent-os sync)`,
      ),
    ],
    ...(first !== undefined && {
      error: new AgentOsError('NOT_HOLDER', notHeld.map(describeNotHeld).join('; '), {
        hint: `See \`agent-os locks ${first.resource} --refresh\`.`,
      }),
    }),
  };
}

function describeNotHeld({ resource, holders }: ReleaseOutcome['notHeld'][number]): string {
  return holders.length === 0
    ? `${resource} is not locked`
    : `${resource} is held by ${holderNames(holders)}, not by this session`;
}

async function runForced(
  invocation: Invocation,
  workspace: Workspace,
  input: Parameters<typeof forceUnlock>[1],
  speaker: readonly Line[],
): Promise<CommandOutput> {
  const outcome = await forceUnlock(workspace, input);
  switch (outcome.status) {
    case 'free':
      return { data: { released: [] }, text: [`${input.resource} is not locked.`] };
    case 'changed':
      return {
        data: { released: [], lock: outcome.lock },
        error: new AgentOsError(
          'HELD',
          `the lock on ${input.resource} changed since: ${holderNames(outcome.lock.holders)} holds it as ${outcome.lock.oid}`,
          { hint: `Look again: \`agent-os locks ${input.resource} --refresh\`.` },
        ),
      };
    case 'released':
      return published(invocation, workspace, {
        data: { released: [input.resource], former: outcome.former },
        text: [['Released ', strong(input.resource), ` by force; ${whoWasTold(outcome.former)}`]],
        notes: speaker,
      });
  }
}

/** A record that cannot be read names nobody. */
function whoWasTold(former: readonly FormerHolder[]): string {
  if (former.length === 0) return 'nobody was told: its record names no holder';
  return `${holderNames(former.map(({ holder }) => holder))} was told`;
}
