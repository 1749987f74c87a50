import { COMMENT_LIMIT, formatMarkdown } from './markdown.ts';
import type { Checked } from './place.ts';

/** By this the comment is found again that is to be replaced; nobody sees it. */
const MARK = '<!-- agent-os -->';

/**
 * All of a comment on a pull request: the verdict, then the report, in at most as many characters as hosts take.
 * @param reportWithin - the report as Markdown of at most so many characters; null: there is none
 */
export function formatComment(
  checked: Checked,
  reportWithin: ((limit: number) => string) | null,
): readonly string[] {
  const verdict = [MARK, ...formatMarkdown(checked, COMMENT_LIMIT / 2)];
  if (reportWithin === null) return verdict;
  return [...verdict, ...reportWithin(COMMENT_LIMIT - verdict.join('\n').length - 1).split('\n')];
}
