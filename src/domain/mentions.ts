/** A line of a commit's message that addresses a command to an agent. */
export interface Mention {
  /** `@agent:go-backend create-service auth`: the line as dispatch takes it, without white space around it. */
  readonly text: string;
}

const SCISSORS = /^.? -+ >8 -+/;
const MAX = 20;

/**
 * The lines that begin with `@agent:`; anywhere else in a line it is talk about an agent. Comment lines, and what an
 * editor was shown below the scissors, are not part of the message. At most 20 count, each once.
 */
export function findMentions(message: string): readonly Mention[] {
  const lines = message.replaceAll('\r\n', '\n').split('\n');
  const end = lines.findIndex((line) => SCISSORS.test(line));
  const found = (end < 0 ? lines : lines.slice(0, end))
    .map((line) => line.trim())
    .filter((line) => line.startsWith('@agent:'));
  return [...new Set(found)].slice(0, MAX).map((text) => ({ text }));
}
