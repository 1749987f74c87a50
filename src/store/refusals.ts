import { blockingLock } from '../domain/host-words.ts';
import type { RefName } from '../domain/names.ts';
import type { Clock, StateFiles } from '../domain/ports.ts';

/** A ref of the remote that could not be moved because a lock file stood in the way there. */
export interface Refusal {
  readonly ref: RefName;
  /** The lock file, as the host calls it. */
  readonly file: string;
  /** Wall clock, milliseconds. */
  readonly at: number;
}

const FILE = 'refusals';
const KEPT = 20;

/** Take down that the host refused `refs`, if a lock file was the reason: nobody can look for it from here. */
export async function noteRefusal(
  { files, clock }: { readonly files: StateFiles; readonly clock: Pick<Clock, 'now'> },
  refs: readonly RefName[],
  reason: string,
): Promise<void> {
  const file = blockingLock(reason);
  if (file === null) return;
  const refused = refs.filter((ref) => file.endsWith(`/${ref}.lock`));
  const at = clock.now();
  await files.update(FILE, (current) =>
    [
      ...parse(current).filter(({ ref }) => !refused.includes(ref)),
      ...refused.map((ref) => ({ ref, file, at })),
    ].slice(-KEPT),
  );
}

/** `refs` have moved: nothing stands in their way any more. */
export async function forgetRefusals(files: StateFiles, refs: readonly RefName[]): Promise<void> {
  const isOver = ({ ref }: Refusal) => refs.includes(ref);
  if (!(await readRefusals(files)).some(isOver)) return;
  await files.update(FILE, (current) => {
    const left = parse(current).filter((refusal) => !isOver(refusal));
    return left.length === 0 ? null : left;
  });
}

export async function readRefusals(files: StateFiles): Promise<readonly Refusal[]> {
  return parse(await files.read(FILE));
}

/** What this module has written; anything else is as if nothing had been refused. */
function parse(document: unknown): readonly Refusal[] {
  return Array.isArray(document) && document.every(isRefusal) ? document : [];
}

function isRefusal(value: unknown): value is Refusal {
  if (typeof value !== 'object' || value === null) return false;
  const { ref, file, at } = value as Partial<Record<keyof Refusal, unknown>>;
  return typeof ref === 'string' && typeof file === 'string' && typeof at === 'number';
}
