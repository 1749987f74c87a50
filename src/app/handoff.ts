import { setAt } from '../domain/document/edit.ts';
import { PROJECT_STATE_PATH } from '../domain/layout.ts';
import { parseAgentName } from '../domain/names.ts';
import type { AttachedFile } from './attachments.ts';
import { planDocument, readForWriting } from './documents.ts';
import { type MessageView, viewMessage } from './message-view.ts';
import { defaultSubject, planMessages } from './messages.ts';
import { checkText } from './text-input.ts';
import type { Workspace } from './workspace.ts';

const FOCUS = ['critical_context', 'current_focus'];
const FOCUS_LIMIT = 4000;

export interface HandoffInput {
  readonly agent?: string;
  readonly to: string;
  /** What was done, and what the receiver should do next. */
  readonly text: string;
  /** Files that go along: an API document, exported types. */
  readonly attachments?: readonly AttachedFile[];
  /** The project's new focus. */
  readonly focus?: string;
}

/**
 * Hand work over: message, files and the project's new focus are one operation. The receiver is asked to acknowledge.
 * @throws AgentOsError BAD_NAME, BAD_VALUE, TOO_LARGE, RECORD_BROKEN (the state), NOT_INITIALISED, and what
 *   Branch.commit throws
 */
export async function handOff(
  workspace: Workspace,
  input: HandoffInput,
): Promise<{ readonly message: MessageView }> {
  const body = checkText(input.text, 'the handoff');
  const to = parseAgentName(input.to);
  const focus = input.focus === undefined ? null : checkText(input.focus, 'the focus', FOCUS_LIMIT);
  const subject = defaultSubject(body);
  const id = workspace.ids.record();
  const who = await workspace.identify(input.agent);
  const { result } = await workspace.branch.commit<readonly MessageView[]>({
    ...who,
    async plan(context) {
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
      const refocused = state && setAt(state, FOCUS, focus, { op: context.id, by: who.agent });
      return {
        subject: `handoff: ${who.agent} → ${to}: ${subject}`,
        changes: [...changes, ...(refocused === null ? [] : planDocument(PROJECT_STATE_PATH, refocused))],
        result: messages.map(viewMessage),
      };
    },
  });
  const [message] = result;
  if (message === undefined) throw new Error('a handoff made no message');
  return { message };
}
