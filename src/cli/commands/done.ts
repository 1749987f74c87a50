import { finishSession } from '../../app/sessions.ts';
import type { CommandSpec } from '../command-spec.ts';
import { given } from '../given.ts';
import { readWords } from '../input.ts';
import { published } from '../publish.ts';
import { speakerNotes } from '../speaker-notes.ts';
import { strong } from '../text.ts';

export const command: CommandSpec = {
  name: 'done',
  summary: 'finish the session: report, and release its locks',
  view: 'write',
  description:
    'Finish the session: report what was done and release every lock it still holds. A second time is harmless, and ' +
    'so is another worktree of the same clone.',
  arguments: [{ name: 'summary', description: 'what was done; - reads it from stdin', variadic: true }],
  examples: ["agent-os done 'Login works, tests are green'", 'agent-os done - < summary.md'],
  async run(invocation) {
    const { agent, values } = invocation;
    const summary = await readWords(invocation, values.list('summary'));
    const workspace = await invocation.workspace();
    const speaker = await speakerNotes(workspace, agent);
    const { session, already, released, queued } = await finishSession(workspace, {
      summary,
      ...given({ agent }),
    });
    return published(invocation, workspace, {
      data: { session, already, released, ...(queued.length > 0 && { queued }) },
      text: [
        [strong(session.agent), already ? ' had finished session ' : ' has finished session ', session.id],
        ...released.map((resource) => ['Released ', strong(resource)]),
      ],
      notes: [
        ...speaker,
        ...queued.map(
          (resource) =>
            `${resource}: the remote cannot be reached; it is released at the next contact (agent-os sync)`,
        ),
      ],
    });
  },
};
