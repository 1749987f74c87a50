import { createReport } from '../app/report/create-report.ts';
import type { Verification } from '../app/verify/verify.ts';
import type { Workspace } from '../app/workspace.ts';
import { plainMarkdown } from '../ci/ascii.ts';
import { formatComment } from '../ci/comment.ts';
import { formatMarkdown } from '../report/markdown.ts';

/**
 * A comment with the verdict and, where commits were checked, the report on them; why there is none, otherwise.
 * @param input.range - as it was typed
 */
export async function writeComment(
  workspace: Workspace,
  done: Verification,
  input: { readonly range: string | undefined; readonly offline: boolean },
): Promise<readonly string[]> {
  return formatComment(done, done.range === null ? null : await tryReport(workspace, done.range, input));
}

async function tryReport(
  workspace: Workspace,
  { from, to }: NonNullable<Verification['range']>,
  { range, offline }: Parameters<typeof writeComment>[2],
): Promise<(limit: number) => string> {
  // What hosts give as the base of a new branch is no place to show.
  const typed = range === undefined || /0{40}/.test(range) ? `${from}..${to}` : range;
  try {
    const report = await createReport(workspace, { range: typed, offline });
    return (limit) => formatMarkdown(report, limit);
  } catch (error) {
    // Whatever is wrong with the report, the verdict stands.
    const reason = error instanceof Error ? error.message : String(error);
    return () => `> There is no report: ${plainMarkdown(reason)}\n`;
  }
}
