import { AgentOsError } from './errors.ts';

/**
 * The words of a line, as a POSIX shell would split it: white space between words, single and double quotes, and a
 * backslash before one character. Nothing is expanded: `$x`, `*` and backticks are themselves.
 * @throws AgentOsError BAD_VALUE for a quote without its end
 */
export function splitWords(line: string): readonly string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote: '"' | "'" | null = null;
  for (let at = 0; at < line.length; at += 1) {
    const character = line.charAt(at);
    if (quote !== null && character === quote) quote = null;
    else if (quote === null && (character === '"' || character === "'")) {
      quote = character;
      word ??= '';
    } else if (character === '\\' && quote !== "'" && at + 1 < line.length) {
      const next = line.charAt(at + 1);
      at += 1;
      // Within double quotes a backslash is itself, but before these.
      word = (word ?? '') + (quote === '"' && !'"\\$`\n'.includes(next) ? `\\${next}` : next);
    } else if (quote === null && /\s/.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? '') + character;
  }
  if (quote !== null) {
    throw new AgentOsError('BAD_VALUE', `a quote ${quote} has no end`, {
      hint: 'Close it, or write \\ before a quote that is meant as it stands.',
    });
  }
  return word === null ? words : [...words, word];
}
