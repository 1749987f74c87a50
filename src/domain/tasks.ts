import type { Message } from './schema/message.ts';

/** `open`: its receiver has not said anything yet. */
export type TaskState = 'open' | 'accepted' | 'declined' | 'done';
/** What a receiver does with a task. */
export type TaskStep = 'accept' | 'decline' | 'done';

type TaskFields = Pick<Message, 'kind' | 'accepted_at' | 'closed_at' | 'outcome'>;

/** How a task stands; null for what is no task. */
export function taskState({ kind, accepted_at, closed_at, outcome }: TaskFields): TaskState | null {
  if (kind !== 'task') return null;
  if (closed_at !== undefined) return outcome ?? 'done';
  return accepted_at === undefined ? 'open' : 'accepted';
}

/** Whether a task waits for its receiver. Until then its message stays in new/, where everyone finds it. */
export function isOpenTask(message: TaskFields): boolean {
  const state = taskState(message);
  return state === 'open' || state === 'accepted';
}

/**
 * A task after a step. Open → accepted, declined or done; accepted → declined or done; a closed one stays as it is.
 * When two clones take different steps, the merge keeps both times, and of two ends the earlier one.
 * @param at - ISO 8601
 * @returns the same object when the task is there already; null when it was closed otherwise
 */
export function takeStep(
  message: Message,
  step: TaskStep,
  { at, answer }: { readonly at: string; readonly answer: string | null },
): Message | null {
  const state = taskState(message);
  const goal: TaskState = step === 'accept' ? 'accepted' : step === 'decline' ? 'declined' : 'done';
  if (state === goal) return message;
  if (state === null || state === 'done' || state === 'declined') return null;
  const seen: Message = {
    ...message,
    read_at: message.read_at ?? at,
    read_by: message.read_by ?? message.to,
  };
  if (goal === 'accepted') return { ...seen, accepted_at: at };
  return { ...seen, closed_at: at, outcome: goal, ...(answer !== null && { answer }) };
}
