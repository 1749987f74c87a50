import { AgentOsError } from '../domain/errors.ts';
import type { Snapshot } from '../store/branch.ts';
import { isSafeName } from '../store/tree-path.ts';
import { readAttachment } from './attachments.ts';
import type { MessageView } from './message-view.ts';
import { describeProblem, type Problem } from './records.ts';
import type { Workspace } from './workspace.ts';

/**
 * The messages with the paths at which their files can be read on this machine; files that were not saved before are
 * saved now, beside git's own, where every worktree of the clone finds them.
 * @returns problems of files that are gone, are not what the message says, or cannot be written: their path stays null
 */
export async function saveAttachments(
  workspace: Pick<Workspace, 'files'>,
  snapshot: Snapshot,
  messages: readonly MessageView[],
): Promise<{ readonly messages: readonly MessageView[]; readonly problems: readonly Problem[] }> {
  const problems: Problem[] = [];
  const save = async ({ id }: MessageView, attachment: MessageView['attachments'][number]) => {
    try {
      const { name, size } = attachment;
      // The message's sender has chosen the name: one that is none is read to say so.
      if (!isSafeName(name)) await readAttachment(snapshot, id, attachment);
      const file = await (await workspace.files()).save(
        { id, name, size },
        async () => (await readAttachment(snapshot, id, attachment)).content,
      );
      return { ...attachment, file };
    } catch (error) {
      if (!(error instanceof AgentOsError)) throw error;
      problems.push(describeProblem(attachment.path, error));
      return attachment;
    }
  };
  const saved: MessageView[] = [];
  for (const message of messages) {
    const attachments = [];
    for (const attachment of message.attachments) attachments.push(await save(message, attachment));
    saved.push(message.attachments.length === 0 ? message : { ...message, attachments });
  }
  return { messages: saved, problems };
}
