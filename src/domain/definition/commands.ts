import type { Card } from '../schema/card.ts';
import { plainText } from './plain-text.ts';
import type { RoleSection } from './roles.ts';
import type { Entry } from './sections.ts';

export type CardCommand = NonNullable<Card['commands']>[number];

const VERB = /^\/?([A-Za-z][\w:.-]{0,79})(?![^\s\]<>()[{}"'`,;:|])(.*)$/s;
/** What stands for an argument: `[name]`, `<id>`, `{x}`, `NAME`, `--flag`, `"text"`, `…`. */
const ARGUMENTS =
  /^(?:\s+(?:\[[^\]]*\]|<[^>]*>|\{[^}]*\}|\([^)]*\)|[A-Z][A-Z0-9_.-]*|--?[\w=-]+|"[^"]*"|\.{3}|…))*\s*$/;
const SEPARATOR = /\s+(?:[-–—→#=]+>?|\/\/)\s+|\s*:\s+|\s{3,}/;

/**
 * The commands that others may address to an agent: whatever its text writes as `@agent:NAME verb [args]`, and what a
 * section about commands lists, as bullets, numbered points, table rows, headings or lines of code.
 * @param name - the agent; what is addressed to another outside of such a section is not its command
 */
export function readCommands(sections: readonly RoleSection[], name: string): readonly CardCommand[] {
  const found = new Map<string, CardCommand>();
  for (const { role, entries } of sections) {
    const hasAddress = role === 'commands' && entries.some(({ text }) => addressOf(text) !== null);
    entries.forEach((entry, index) => {
      const command =
        role === 'commands'
          ? readListed(entry, hasAddress, following(entries, index))
          : readAddressed(entry, name);
      if (command === null) return;
      const known = found.get(command.name.toLowerCase());
      found.set(command.name.toLowerCase(), { ...command, ...known });
    });
  }
  return [...found.values()];
}

function readListed(entry: Entry, hasAddress: boolean, next: Entry | null): CardCommand | null {
  if (entry.kind === 'row') return readRow(entry);
  if (entry.kind === 'text') return addressOf(entry.text) === null ? null : readUsage(entry.text, true);
  if (hasAddress && entry.kind === 'code' && addressOf(entry.text) === null) return null;
  const command = readUsage(entry.text, false);
  const isHeading = entry.kind === 'title' && command !== null && command.description === undefined;
  if (!isHeading || next?.kind !== 'text') return command;
  return { ...command, description: clean(next.text) };
}

/** Outside of the section about commands, only what is addressed to this agent. */
function readAddressed(entry: Entry, name: string): CardCommand | null {
  return addressOf(entry.text)?.toLowerCase() === name ? readUsage(entry.text, true) : null;
}

function readRow({ cells, columns }: Entry): CardCommand | null {
  const at = Math.max(
    0,
    columns.findIndex((column) => /command|verb|usage|syntax/.test(column)),
  );
  const cell = cells[at] ?? '';
  // In a table of commands a word of its own is one.
  const command = readUsage(/^[a-z][\w:-]*$/.test(cell) ? `\`${cell}\`` : cell, false);
  if (command === null) return null;
  const args = cells[columns.findIndex((column) => /^(?:args?|arguments?|param)/.test(column))];
  const wanted = columns.findIndex((column) => /descr|what|purpose|does|action|effect|meaning/.test(column));
  const description = cells[wanted] ?? cells.filter((cell, index) => index !== at && cell !== args).at(-1);
  return {
    ...command,
    ...(args !== undefined && command.args === undefined && isSaid(args) && { args: unticked(args) }),
    ...(description !== undefined && isSaid(description) && { description: clean(description) }),
  };
}

/** @param isAddressed - prose around the command is expected, so only what is addressed counts */
function readUsage(text: string, isAddressed: boolean): CardCommand | null {
  const { usage, rest } = splitUsage(text, isAddressed);
  const address = /^@(?:agent[:/])?[\w{}<>.-]+\s+/.exec(usage)?.[0] ?? '';
  if (isAddressed && address === '') return null;
  const [, verb, after = ''] = VERB.exec(usage.slice(address.length)) ?? [];
  if (verb === undefined) return null;
  const args = after.trim();
  const isMarked = address !== '' || text.includes(`\`${usage}`) || text.includes(`**${usage}`);
  const looksLikeOne = isMarked || verb.includes('-') || args !== '' || rest !== '';
  if (address === '' && (!ARGUMENTS.test(after) || !looksLikeOne || (!isMarked && !/^[a-z]/.test(verb))))
    return null;
  return {
    name: verb.replace(/[.:-]+$/, ''),
    ...(args !== '' && { args }),
    ...(isSaid(rest) && { description: clean(rest) }),
  };
}

/** The command itself, and what is said about it: by backticks, by emphasis, or up to a dash, colon or `#`. */
function splitUsage(text: string, isAddressed: boolean): { readonly usage: string; readonly rest: string } {
  const start = isAddressed ? Math.max(0, text.search(/[`*]*@(?:agent[:/])?/)) : 0;
  const from = text.slice(start).replace(/^(?:\p{Extended_Pictographic}|\ufe0f|\u200d)+\s+/u, '');
  const [marked, ticked, strong] = /^(?:\*\*)?`([^`]+)`(?:\*\*)?|^\*\*([^*]+)\*\*/.exec(from) ?? [];
  if (marked !== undefined) {
    const usage = (ticked ?? strong ?? '').replace(/:$/, '').trim();
    // `create-service` [name]: the arguments may stand behind the mark.
    const [args = ''] = /^(?:\s*(?:\[[^\]]*\](?!\()|<[^>]*>))+/.exec(from.slice(marked.length)) ?? [];
    return {
      usage: `${usage}${args === '' ? '' : ` ${args.trim()}`}`,
      rest: from.slice(marked.length + args.length),
    };
  }
  const separator = SEPARATOR.exec(from);
  if (separator === null) return { usage: from.replace(/[`.]+$/, '').trim(), rest: '' };
  return {
    usage: from.slice(0, separator.index).trim(),
    rest: from.slice(separator.index + separator[0].length),
  };
}

function addressOf(text: string): string | null {
  return /@(?:agent[:/])([\w{}<>.-]+)\s+[A-Za-z]/.exec(text)?.[1] ?? null;
}

function following(entries: readonly Entry[], index: number): Entry | null {
  return entries[index + 1] ?? null;
}

function isSaid(text: string): boolean {
  return /[\p{L}\p{N}[<]/u.test(text);
}

function unticked(text: string): string {
  return text.replaceAll('`', '').trim();
}

function clean(text: string): string {
  return plainText(text)
    .replace(/^[\s:–—→>#=-]+/, '')
    .slice(0, 500);
}
