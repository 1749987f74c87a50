import { createInterface } from 'node:readline/promises';

/** A question to who sits at the terminal; an empty answer is no, and so is the end of input. null: no terminal. */
export async function askPerson(question: string): Promise<boolean | null> {
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) return null;
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new Promise<string>((resolve) => reader.once('close', () => resolve('')));
  try {
    return /^y(es)?$/i.test((await Promise.race([reader.question(`${question} [y/N] `), ended])).trim());
  } finally {
    reader.close();
  }
}
