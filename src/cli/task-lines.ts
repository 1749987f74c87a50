import type { TaskView } from '../app/tasks.ts';
import { formatDistance } from '../domain/time.ts';
import { firstWords } from './record-lines.ts';
import { dim, good, type Line, type Piece, strong, table, warn } from './text.ts';

/** Tasks as a table, one a line. */
export function taskLines(tasks: readonly TaskView[], now: number): Line[] {
  return table(
    tasks.map((task) => [
      strong(task.id),
      stateOf(task),
      `${task.from} → ${task.agent}`,
      dim(formatDistance(task.closedAt ?? task.acceptedAt ?? task.sentAt, now)),
      firstWords(task.answer === null ? task.subject : `${task.subject}: ${task.answer}`),
    ]),
  );
}

function stateOf({ state }: TaskView): Piece {
  if (state === 'open') return warn(state);
  return state === 'done' ? good(state) : state;
}
