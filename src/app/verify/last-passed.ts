import { isOid, type Oid } from '../../domain/names.ts';
import type { Workspace } from '../workspace.ts';

/** Where the branch was, as this clone remembers it from one check to the next; whoever fetches does not move it. */
export interface Landmark {
  readonly tip: Oid;
  /** Whether a check has passed with the branch there; otherwise it is where this clone saw it before its first check. */
  readonly hasPassed: boolean;
}

const FILE = 'verified';

/**
 * Where a check begins that is not told where. Before the first one has passed that is what was fetched last, and from
 * then on it stays that: to be called before anything is fetched.
 * @returns null where nothing was ever fetched
 */
export async function recallLandmark(workspace: Workspace): Promise<Landmark | null> {
  const { files } = await workspace.hooks();
  const key = keyOf(workspace);
  const known = parse(await files.read(FILE)).get(key);
  if (known !== undefined) return known;
  const seen = (await workspace.remote?.readMirror())?.branch ?? null;
  if (seen === null) return null;
  const landmark = { tip: seen, hasPassed: false };
  await moveLandmark(workspace, null, landmark);
  return landmark;
}

/** After a check that has passed. Without effect when another one, which ran at the same time, has moved it. */
export async function moveLandmark(workspace: Workspace, from: Landmark | null, to: Landmark): Promise<void> {
  const isSame = (known: Landmark | null) => known?.tip === from?.tip && known?.hasPassed === from?.hasPassed;
  const { files } = await workspace.hooks();
  const key = keyOf(workspace);
  await files.update(FILE, (current) => {
    const landmarks = parse(current);
    if (isSame(landmarks.get(key) ?? null)) landmarks.set(key, to);
    return Object.fromEntries(landmarks);
  });
}

/** As git says it, `.` is this repository. */
function keyOf({ remote, settings }: Workspace): string {
  return `${remote?.name ?? '.'} ${settings.branch}`;
}

/** What this module has written; anything else is as if no check had ever run. */
function parse(document: unknown): Map<string, Landmark> {
  if (typeof document !== 'object' || document === null) return new Map();
  return new Map(
    Object.entries(document).filter((entry): entry is [string, Landmark] => isLandmark(entry[1])),
  );
}

function isLandmark(value: unknown): value is Landmark {
  if (typeof value !== 'object' || value === null) return false;
  const { tip, hasPassed } = value as Partial<Record<keyof Landmark, unknown>>;
  return typeof tip === 'string' && isOid(tip) && typeof hasPassed === 'boolean';
}
