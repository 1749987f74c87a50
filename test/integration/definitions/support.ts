import { writeFile } from 'node:fs/promises';
import { makeSandbox, type Sandbox } from '../../support/sandbox.ts';

export interface Team {
  readonly sandbox: Sandbox;
  readonly ada: string;
  readonly bob: string;
  /** Exchanges everything between both clones. */
  sync(): Promise<void>;
}

/** Two clones of one remote; nothing is published but by `sync`. */
export async function makeTeam(): Promise<Team> {
  const sandbox = await makeSandbox({ AGENT_OS_PUBLISH: 'manual' });
  const remote = await sandbox.bareRemote();
  const [ada, bob] = [await sandbox.clone(remote, 'ada'), await sandbox.clone(remote, 'bob')];
  for (const clone of [ada, bob]) await sandbox.json(clone, ['init', '--no-view', '--no-hooks']);
  const sync = async () => {
    for (const clone of [ada, bob, ada]) await sandbox.json(clone, ['sync']);
  };
  return { sandbox, ada, bob, sync };
}

export const as = (agent: string, ...args: string[]) => ['--agent', agent, ...args];

/** Adds a definition whose front matter is given; the file lies in the clone, untracked. */
export async function define(team: Team, clone: string, front: string, body = ''): Promise<void> {
  const file = `${clone}/definition.md`;
  await writeFile(file, `---\n${front}\n---\n${body}`);
  await team.sandbox.json(clone, as('lead', 'agent', 'add', 'definition.md'));
}
