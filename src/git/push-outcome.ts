import type { RefName } from '../domain/names.ts';
import type { GitResult } from './process.ts';

/**
 * What the output of `git push --porcelain --progress` says of one ref.
 * - `moved`: it is at the new value now; `same`: it was already, and was not sent.
 * - `rejected`: this side saw that it is not as expected, and sent nothing of it.
 * - `declined`: the host said no, or could not; `reason` has its words.
 */
export type RefVerdict =
  | { readonly status: 'moved' | 'same' | 'rejected' }
  | { readonly status: 'declined'; readonly reason: string };

export interface PushReport {
  /** Only refs that the answer names; a ref that was sent and is missing here may have moved or not. */
  readonly verdicts: ReadonlyMap<RefName, RefVerdict>;
  /**
   * Whether the host may have been asked to change anything: it acts after it has got the pack, and the progress of
   * the pack shows on standard error before its first byte is sent.
   */
  readonly sent: boolean;
  /** What git and the host said, without progress and advice. */
  readonly words: string;
}

/** See "OUTPUT" in git-push(1): `<flag> TAB <from>:<to> TAB <summary> (<reason>)`. */
export function readPush(result: GitResult): PushReport {
  const verdicts = new Map<RefName, RefVerdict>();
  const words = hostWords(result.stderr);
  for (const line of result.stdout.toString('utf8').split('\n')) {
    const [, flag, ref, summary = ''] = /^([ +*!=-])\t[^\t]*:(refs\/[^\t:]+)\t(.*)$/.exec(line) ?? [];
    if (flag === undefined || ref === undefined || summary.startsWith('[remote failure]')) continue;
    const name = ref as RefName;
    const verdict = judge(flag, summary, words);
    // With several push URLs a ref has several lines: one that did not move outweighs the others.
    const earlier = verdicts.get(name)?.status;
    if (earlier !== 'rejected' && earlier !== 'declined') verdicts.set(name, verdict);
  }
  return {
    verdicts,
    sent: /(?:Enumerating|Counting|Writing) objects:|^Total \d/m.test(result.stderr),
    words,
  };
}

function judge(flag: string, summary: string, words: string): RefVerdict {
  if (flag === '=') return { status: 'same' };
  if (flag !== '!') return { status: 'moved' };
  if (summary.startsWith('[rejected]')) return { status: 'rejected' };
  return { status: 'declined', reason: words === '' ? summary : `${summary}: ${words}` };
}

/** Words that retrying does not change: a policy, a missing right, a missing feature. */
export function isFinal(reason: string): boolean {
  return /hook declined|denied|deny|protected|prohibited|hidden ref|not allowed|not permitted|read-only|error: 403|does not support/i.test(
    reason,
  );
}

/** The host names the value that it found instead of the one that this push had seen. */
export function isLostRace(ref: RefName, reason: string): boolean {
  const at = reason.indexOf(`cannot lock ref '${ref}': `);
  return at >= 0 && /^[^;]*(?:but expected|reference already exists)/.test(reason.slice(at));
}

/** A ref that another update may hold at this moment, or that has changed: only reading it again tells. */
export function isContention(reason: string): boolean {
  return /failed to update ref|cannot lock ref|atomic transaction failed/i.test(reason);
}

/** The host's and git's own lines, joined: `pre-receive hook says no; error: …`. */
export function hostWords(stderr: string): string {
  const lines = stderr
    .split(/[\r\n]+/)
    .map((line) => line.replace(/^remote: ?/, '').trim())
    .filter((line) => line !== '' && !NOISE.test(line));
  return lines.join('; ').slice(0, 2000);
}

const NOISE =
  /^(?:hint:|To |From |Everything up-to-date|Total \d|Delta compression|error: failed to push some refs|(?:Enumerating|Counting|Compressing|Writing|Resolving|Receiving|Unpacking) (?:objects|deltas)|Another git process seems to be running|an editor opened by|are terminated then try|may have crashed in this|remove the file manually)/;
