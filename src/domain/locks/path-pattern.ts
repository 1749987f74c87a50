import picomatch from 'picomatch';
import { AgentOsError } from '../errors.ts';
import { quoted } from '../names.ts';
import { classEnd, expandBraces, type Refuse } from './brace-expansion.ts';
import { ANY_CHARACTER, type CharacterSet, complement, intersectSets, joinRanges } from './character-set.ts';

/** `many`: any number of them, none included. */
export type Segment = readonly (CharacterSet | 'many')[];

/** One alternative of a pattern, braces expanded; `many` stands for any number of whole segments. */
type SegmentSequence = readonly (Segment | 'many')[];

/**
 * What a lock covers, as paths relative to the repository's root: literal characters, `*` (within a segment), `?`,
 * `**` (as a whole segment: any number of segments), `{a,b}` and `[…]`. `\` takes the next special character
 * literally. A pattern without any of these covers that path and everything beneath it.
 */
export interface PathPattern {
  readonly text: string;
  readonly alternatives: readonly SegmentSequence[];
  matches(path: string): boolean;
}

const MAX_LENGTH = 1000;
const SPECIAL = '*?[]{}()!,\\-^@+';
const HINT =
  'Globs are relative to the repository: src/api/**, *.{ts,js}, docs/[a-c]?.md; \\ takes a special character literally.';

/** @throws AgentOsError BAD_VALUE */
export function parsePathPattern(text: string): PathPattern {
  const glob = text.normalize('NFC');
  const refuse = refusal(text);
  if (glob === '') refuse('is empty');
  if (glob.length > MAX_LENGTH) refuse(`has ${glob.length} characters (at most ${MAX_LENGTH})`);
  if (/\p{Cc}/u.test(glob)) refuse('has control characters');
  if (glob.startsWith('/') || /^[A-Za-z]:/.test(glob)) refuse('is an absolute path');
  if (glob.startsWith('!')) refuse('begins with !: a lock cannot cover everything but something');
  if (/(?<!\\)[@+?*!]\(/.test(glob)) refuse('has an extended glob');
  const parsed = expandBraces(glob, refuse).flatMap((alternative) => parseAlternative(alternative, refuse));
  let match: ((path: string) => boolean) | null = null;
  return {
    text: glob,
    alternatives: parsed.map((alternative) => alternative.segments),
    matches(path) {
      match ??= picomatch(
        parsed.map((alternative) => alternative.glob),
        { dot: true, nonegate: true, noextglob: true, nobrace: true },
      );
      return match(path.normalize('NFC'));
    },
  };
}

/** A glob as people write it in a card, or a path: none where it cannot be read, which matches nothing. */
export function readPathPattern(text: string): readonly PathPattern[] {
  try {
    return [parsePathPattern(text)];
  } catch (error) {
    if (error instanceof AgentOsError) return [];
    throw error;
  }
}

/** What a claim covers; a glob that this version cannot read covers everything, so that it is respected. */
export function patternsOf(claim: { readonly paths: readonly string[] }): readonly PathPattern[] {
  return claim.paths.map((path) => {
    try {
      return parsePathPattern(path);
    } catch {
      return parsePathPattern('**');
    }
  });
}

function refusal(text: string): Refuse {
  return (problem) => {
    throw new AgentOsError('BAD_VALUE', `the glob ${quoted(text)} ${problem}`, {
      hint: HINT,
      data: { glob: text },
    });
  };
}

interface Alternative {
  readonly segments: SegmentSequence;
  /** The same for picomatch, with everything escaped that it could take for syntax of its own. */
  readonly glob: string;
}

interface Part {
  readonly segment: Segment | 'many';
  readonly glob: string;
  readonly literal: boolean;
}

/** At the end of a pattern `**` means everything beneath, so at least one segment: there it is a part of its own and a star. */
const GLOBSTAR: Part = { segment: 'many', glob: '**', literal: false };
const STAR: Part = { segment: ['many'], glob: '*', literal: false };

function parseAlternative(text: string, refuse: Refuse): readonly Alternative[] {
  if (text.startsWith('/')) refuse('is an absolute path');
  const names = text.split('/').filter((part) => part !== '' && part !== '.');
  if (names.length === 0 && !text.startsWith('.')) refuse('has an empty alternative');
  const parts = names.map((part) => (part === '**' ? GLOBSTAR : parseSegment(part, refuse)));
  const beneath = join([
    ...parts.filter((part, at) => part !== GLOBSTAR || at < parts.length - 1),
    GLOBSTAR,
    STAR,
  ]);
  if (parts.at(-1) === GLOBSTAR || parts.length === 0) return [beneath];
  return parts.every((part) => part.literal) ? [join(parts), beneath] : [join(parts)];
}

function join(parts: readonly Part[]): Alternative {
  return { segments: parts.map((part) => part.segment), glob: parts.map((part) => part.glob).join('/') };
}

function parseSegment(part: string, refuse: Refuse): Part {
  const segment: (CharacterSet | 'many')[] = [];
  let glob = '';
  let plain = '';
  for (let at = 0; at < part.length; at += 1) {
    const character = part.charAt(at);
    if (character === '*') {
      if (part[at + 1] === '*') refuse('has ** beside other characters of a segment');
      segment.push('many');
      glob += '*';
    } else if (character === '?') {
      segment.push(ANY_CHARACTER);
      glob += '?';
    } else if (character === '[') {
      const end = classEnd(part, at) ?? refuse('has a [ without a ]');
      const parsed = parseClass(part.slice(at + 1, end), refuse);
      segment.push(parsed.set);
      glob += parsed.glob;
      at = end;
    } else {
      if (character === '\\') at += 1;
      const literal = character === '\\' ? part.charAt(at) : character;
      if (character === '\\' && (literal === '' || !SPECIAL.includes(literal))) {
        refuse('has a \\ before an ordinary character; folders are separated by /');
      }
      segment.push([[literal.charCodeAt(0), literal.charCodeAt(0)]]);
      glob += escaped(literal);
      plain += literal;
    }
  }
  const literal = plain.length === segment.length;
  if (literal && plain === '..') refuse('leads out of the repository');
  return { segment, glob, literal };
}

function parseClass(body: string, refuse: Refuse): { readonly set: CharacterSet; readonly glob: string } {
  const negated = body.startsWith('!') || body.startsWith('^');
  const ranges: [number, number][] = [];
  let glob = '';
  for (const [, first = '', last] of body.slice(negated ? 1 : 0).matchAll(/(\\?.)(?:-(\\?.))?/gs)) {
    const from = unescaped(first);
    const to = last === undefined ? from : unescaped(last);
    if (from === '[' && first === '[') refuse('has a [ within […]');
    if (from > to) refuse(`has the empty range ${quoted(`${from}-${to}`)}`);
    ranges.push([from.charCodeAt(0), to.charCodeAt(0)]);
    glob += last === undefined ? escaped(from) : `${escaped(from)}-${escaped(to)}`;
  }
  if (ranges.length === 0) refuse('has an empty […]');
  const listed = joinRanges(ranges);
  const set = intersectSets(negated ? complement(listed) : listed, ANY_CHARACTER);
  return { set, glob: negated ? `[^${glob}]` : `[${glob}]` };
}

function unescaped(character: string): string {
  return character.length > 1 ? character.slice(1) : character;
}

function escaped(character: string): string {
  return /[\p{L}\p{N}_.\p{Cs}]/u.test(character) ? character : `\\${character}`;
}
