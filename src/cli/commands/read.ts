import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { AttachedFile } from '../../app/attachments.ts';
import { markRead, readAttachments } from '../../app/inbox.ts';
import { AgentOsError } from '../../domain/errors.ts';
import { quoted } from '../../domain/names.ts';
import type { CommandSpec } from '../command-spec.ts';
import { given } from '../given.ts';
import { published } from '../publish.ts';
import { messageDetail, problemNotes } from '../record-lines.ts';

export const command: CommandSpec = {
  name: 'read',
  summary: 'show messages and mark them read',
  description:
    'Show messages and mark them read. Files that came along are saved, and shown with the path where they can be ' +
    'read. A task stays in the inbox until it is done or declined.',
  view: 'write',
  arguments: [{ name: 'id', description: 'a message in your inbox, or how its id begins', variadic: true }],
  options: [{ flags: '--save <folder>', description: 'put the attached files there; existing files stay' }],
  examples: [
    'agent-os read 01KZ4',
    'agent-os read 01KZ4N6V 01KZ4N7A --json',
    'agent-os read 01KZ4 --save ./from-go',
  ],
  async run(invocation) {
    const { values, agent, cwd } = invocation;
    const workspace = await invocation.workspace();
    const folder = values.optional('save');
    const saved: string[] = [];
    if (folder !== undefined) {
      for (const id of values.list('id')) {
        const files = await readAttachments(workspace, { id, ...given({ agent }) });
        saved.push(...(await saveFiles(resolve(cwd, folder), files)));
      }
    }
    const { messages, problems } = await markRead(workspace, { ids: values.list('id'), ...given({ agent }) });
    return published(invocation, workspace, {
      data: { messages, problems, ...(folder !== undefined && { saved }) },
      text: messages.flatMap((message, index) => [...(index === 0 ? [] : ['']), ...messageDetail(message)]),
      notes: [
        ...problemNotes(problems),
        ...saved.map((path) => `saved ${path}`),
        ...messages
          .filter(({ ackRequired, ackedAt }) => ackRequired && ackedAt === null)
          .map(({ id, from, kind }) =>
            kind === 'handoff'
              ? `${from} waits for your answer: agent-os handoff accept ${id}, or agent-os ack ${id}`
              : `${from} asks you to acknowledge it: agent-os ack ${id}`,
          ),
        ...messages
          .filter(({ task }) => task?.state === 'open')
          .map(({ id }) => `a task: agent-os task accept ${id}, or decline, or done`),
      ],
    });
  },
};

/** Names were checked against the branch's rules; a file that exists is never written over, nor followed if a link. */
async function saveFiles(folder: string, files: readonly AttachedFile[]): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const paths: string[] = [];
  for (const { name, content } of files) {
    const path = join(folder, name);
    try {
      await writeFile(path, content, { flag: 'wx' });
    } catch (cause) {
      throw new AgentOsError('BAD_VALUE', `${quoted(path)} cannot be written, or is there already`, {
        hint: 'Name an empty folder: --save ./elsewhere',
        cause,
      });
    }
    paths.push(path);
  }
  return paths;
}
