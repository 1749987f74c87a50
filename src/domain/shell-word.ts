/** Any text as one word that a POSIX shell takes as it is, for commands that a person is told to type. */
export function shellWord(text: string): string {
  return /^[\w./@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
