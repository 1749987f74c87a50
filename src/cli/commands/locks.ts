import { listLocks } from '../../app/lock-listing.ts';
import type { CommandSpec } from '../command-spec.ts';
import { given } from '../given.ts';
import { detailLines, lastSeenNotes, listLines } from '../lock-lines.ts';
import { strong } from '../text.ts';

export const command: CommandSpec = {
  name: 'locks',
  summary: 'list what is locked, or all about one lock',
  arguments: [{ name: 'resource', description: 'show this one in full', optional: true }],
  options: [{ flags: '--refresh', description: 'ask the remote instead of showing what was last seen' }],
  examples: ['agent-os locks', 'agent-os locks database-schema --refresh', 'agent-os locks --json'],
  async run({ values, workspace: open }) {
    const workspace = await open();
    const resource = values.optional('resource');
    const refresh = values.flag('refresh');
    const listing = await listLocks(workspace, { ...given({ resource }), refresh });
    const { locks, broken, unpublished, seenAt } = listing;
    const now = workspace.clock.now();
    const none = resource === undefined ? 'Nothing is locked.' : [strong(resource), ' is not locked.'];
    return {
      data: {
        locks,
        ...(seenAt !== null && { seenAt }),
        ...(broken.length > 0 && { broken }),
        ...(unpublished.length > 0 && { unpublished }),
      },
      text:
        locks.length === 0
          ? [none]
          : resource === undefined
            ? listLines(locks, now)
            : locks.flatMap((lock) => detailLines(lock, now)),
      notes: [
        ...(workspace.remote === null || refresh
          ? []
          : lastSeenNotes(listing, { remote: workspace.remote.name, now })),
        ...broken.map(({ ref, problem }) => `${ref} cannot be read: ${problem} (see \`agent-os doctor\`)`),
        ...unpublished.map(
          (lock) => `${lock.resource} was locked before there was a remote, which does not know it`,
        ),
      ],
    };
  },
};
