import type { Ids } from '../domain/ports.ts';
import { type Stamp, type ViewFiles, WORK_FOLDER } from './files.ts';
import { isRendered, SCRIPT_FILE } from './load-context.ts';
import { type Round, remember } from './round.ts';

interface PlacedScript {
  readonly stamp: Stamp;
  readonly text: string;
  readonly isNew: boolean;
}

/**
 * Put `bin/load-context.sh` into place. One that another version or another installation has rendered is replaced, one
 * that somebody has changed stays as it is.
 * @returns what stands there now; null when it is no file
 */
export function placeScript(
  files: ViewFiles,
  wanted: string,
  { hash, ids }: { readonly hash: (text: string) => string; readonly ids: Pick<Ids, 'record'> },
): PlacedScript | null {
  const found = files.stat(SCRIPT_FILE);
  if (found !== null) {
    if (found.kind !== 'file') return null;
    const { bytes, stamp } = files.read(SCRIPT_FILE);
    const text = new TextDecoder().decode(bytes);
    if (text === wanted || !isRendered(text, hash)) return { stamp, text, isNew: false };
    const name = `new-${ids.record()}`;
    if (!files.take(SCRIPT_FILE, name)) return null;
    files.remove(`${WORK_FOLDER}/${name}`);
  }
  const stamp = files.create(SCRIPT_FILE, wanted, { mode: 0o777 });
  return stamp === null ? null : { stamp, text: wanted, isNew: true };
}

export function renderScriptFile(round: Round): void {
  const wanted = round.script?.() ?? null;
  const placed = wanted === null ? null : placeScript(round.files, wanted, round.workspace);
  if (placed === null) return;
  remember(round, SCRIPT_FILE, placed.stamp, placed.text);
  if (placed.isNew) round.rendered.add(SCRIPT_FILE);
}
