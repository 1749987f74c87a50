import { setAt } from '../domain/document/edit.ts';
import { AgentOsError } from '../domain/errors.ts';
import { PROJECT_STATE_PATH, ROADMAP_PATH } from '../domain/layout.ts';
import { parseAgentName } from '../domain/names.ts';
import { handItemOver } from '../domain/roadmap.ts';
import type { AttachedFile } from './attachments.ts';
import { planDocument, readForWriting } from './documents.ts';
import { findMessage, planPlaced } from './mailbox.ts';
import { type MessageView, viewMessage } from './message-view.ts';
import { defaultSubject, planMessages } from './messages.ts';
import { listAgentNames } from './recipients.ts';
import { formatTime, type Problem } from './records.ts';
import { parseTitle } from './roadmap.ts';
import { saveAttachments } from './saved-attachments.ts';
import { checkText, firstLine } from './text-input.ts';
import type { Workspace } from './workspace.ts';

const FOCUS = ['critical_context', 'current_focus'];
const FOCUS_LIMIT = 4000;

export interface HandoffInput {
  readonly agent?: string;
  readonly to: string;
  /** What was done, and what the receiver should do next. */
  readonly text: string;
  /** Files that go along; the role tells the API contract and exported types from others. */
  readonly attachments?: readonly AttachedFile[];
  /** The project's new focus. */
  readonly focus?: string;
  /** Title or id of an item of the roadmap: the receiver becomes its owner; one that is not there yet is added. */
  readonly roadmap?: string;
}

/**
 * Hand work over: message, files, the project's new focus and the roadmap are one operation. The receiver is asked to acknowledge.
 * @returns `isKnown: false` when the receiver has neither card nor session yet
 * @throws AgentOsError BAD_NAME, BAD_VALUE, TOO_LARGE, RECORD_BROKEN (the state), NOT_INITIALISED, and what
 *   Branch.commit throws
 */
export async function handOff(
  workspace: Workspace,
  input: HandoffInput,
): Promise<{ readonly message: MessageView; readonly isKnown: boolean }> {
  const body = checkText(input.text, 'the handoff');
  const to = parseAgentName(input.to);
  const focus = input.focus === undefined ? null : checkText(input.focus, 'the focus', FOCUS_LIMIT);
  const title = input.roadmap === undefined ? null : parseTitle(input.roadmap);
  const subject = defaultSubject(body);
  const [id, itemId] = [workspace.ids.record(), workspace.ids.record()];
  const who = await workspace.identify(input.agent);
  const { result } = await workspace.branch.commit<{ messages: readonly MessageView[]; isKnown: boolean }>({
    ...who,
    async plan(context) {
      const known = await listAgentNames(context.snapshot);
      const { messages, changes } = planMessages(workspace, context, {
        id,
        kind: 'handoff',
        from: who.agent,
        session: who.session,
        to: [to],
        subject,
        body,
        priority: 'high',
        ackRequired: true,
        ...(input.attachments !== undefined && { attachments: input.attachments }),
      });
      const state =
        focus === null ? null : await readForWriting(workspace, context.snapshot, PROJECT_STATE_PATH);
      const author = { op: context.id, by: who.agent };
      const refocused = state && setAt(state, FOCUS, focus, author);
      const roadmap = title === null ? null : await readForWriting(workspace, context.snapshot, ROADMAP_PATH);
      const planned = roadmap && title && handItemOver(roadmap, title, { id: itemId, owner: to }, author);
      return {
        subject: `handoff: ${who.agent} → ${to}: ${subject}`,
        changes: [
          ...changes,
          ...(refocused === null ? [] : planDocument(PROJECT_STATE_PATH, refocused)),
          ...(planned ? planDocument(ROADMAP_PATH, planned) : []),
        ],
        result: { messages: messages.map(viewMessage), isKnown: to === who.agent || known.includes(to) },
      };
    },
  });
  const [message] = result.messages;
  if (message === undefined) throw new Error('a handoff made no message');
  return { message, isKnown: result.isKnown };
}

/**
 * Accept a handoff: it counts as read and acknowledged, and its sender gets an answer. Again changes nothing.
 * @param input.id - the handoff in one's own inbox, or how its id begins
 * @throws AgentOsError NOT_FOUND, AMBIGUOUS, BAD_VALUE (no handoff), TOO_LARGE, RECORD_BROKEN, NOT_INITIALISED, and
 *   what Branch.commit throws
 */
export async function acceptHandoff(
  workspace: Workspace,
  input: { readonly agent?: string; readonly id: string; readonly text?: string },
): Promise<{
  readonly message: MessageView;
  readonly already: boolean;
  readonly problems: readonly Problem[];
}> {
  const answer = input.text === undefined ? null : checkText(input.text, 'the answer');
  const who = await workspace.identify(input.agent);
  const receipt = workspace.ids.record();
  const { result, changed } = await workspace.branch.commit<MessageView>({
    ...who,
    async plan(context) {
      const found = await findMessage(context.snapshot, who.agent, input.id);
      const { message } = found;
      if (message.kind !== 'handoff') {
        throw new AgentOsError('BAD_VALUE', `the message ${message.id} is no handoff`, {
          hint: `Acknowledge it with \`agent-os ack ${message.id}\`, or answer a task with \`agent-os task accept\`.`,
          data: { id: message.id, kind: message.kind },
        });
      }
      if (message.acked_at !== undefined) return { subject: '', changes: [], result: viewMessage(message) };
      const now = formatTime(workspace.clock.now());
      const accepted = { ...message, read_at: message.read_at ?? now, read_by: message.to, acked_at: now };
      const told = planMessages(workspace, context, {
        id: receipt,
        from: who.agent,
        session: who.session,
        to: message.from === who.agent ? [] : [message.from],
        subject: firstLine(`Accepted: ${message.subject}`, 200),
        body: answer ?? `${who.agent} has accepted this handoff.`,
        replyTo: message,
      });
      return {
        subject: `handoff accepted: ${who.agent} ← ${message.from}: ${message.subject}`,
        changes: [...planPlaced(found, accepted), ...told.changes],
        result: viewMessage(accepted),
      };
    },
  });
  const { messages, problems } = await saveAttachments(workspace, await workspace.branch.snapshot(), [
    result,
  ]);
  return { message: messages[0] ?? result, already: !changed, problems };
}
