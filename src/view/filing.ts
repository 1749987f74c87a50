import type { Problem } from '../app/records.ts';
import type { AgentName } from '../domain/names.ts';
import type { Origin } from './state-copy.ts';

/** What somebody has written into a view by hand, on its way to a branch. */
export type Writing =
  | { readonly kind: 'log'; readonly agent: AgentName; readonly start: number; readonly text: string }
  /** `name`: of the file. */
  | { readonly kind: 'recap'; readonly name: string; readonly text: string }
  | { readonly kind: 'state'; readonly origin: Origin | null; readonly text: string };

/** Tells where a writing belongs, for a view that several repositories share in turns. */
export interface Filing {
  /**
   * @returns null: to the repository whose view this is; else what became of it, as a clause. It is safe then, and is
   *   not to be taken up here. Asked again for the same writing, after a crash, it does the same again.
   */
  file(writing: Writing): Promise<string | null>;
}

/** Whether a writing is to be taken up here; what became of any other is reported at `path`. */
export async function isOurs(
  { filing, problems }: { readonly filing?: Filing | undefined; readonly problems: Problem[] },
  path: string,
  writing: Writing,
): Promise<boolean> {
  const elsewhere = (await filing?.file(writing)) ?? null;
  if (elsewhere === null) return true;
  problems.push({ path, message: elsewhere });
  return false;
}
