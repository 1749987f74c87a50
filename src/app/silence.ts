import { elapsedSince, isMoment, readMoment } from '../store/locks/moment.ts';
import type { Workspace } from './workspace.ts';

const NAME = 'remote-silence';

/** Milliseconds since a hook has asked the remote in vain; null: none has, or nobody knows. */
export async function readSilence({ hooks, remote, clock }: Workspace): Promise<number | null> {
  const noted = await (await hooks()).files.read(NAME);
  if (typeof noted !== 'object' || noted === null) return null;
  const { name, askedAt } = noted as { readonly name?: unknown; readonly askedAt?: unknown };
  return name === remote?.name && isMoment(askedAt) ? elapsedSince(askedAt, clock) : null;
}

/** Remember that the remote did not answer just now. */
export async function noteSilence({ hooks, remote, clock }: Workspace): Promise<void> {
  const noted = { name: remote?.name, askedAt: readMoment(clock) };
  await (await hooks()).files.update(NAME, () => noted);
}
