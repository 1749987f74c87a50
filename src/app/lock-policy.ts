import { decode } from '../domain/codec.ts';
import type { Oid } from '../domain/names.ts';
import type { ObjectReader } from '../domain/ports.ts';
import { resolveConfig } from '../domain/schema/resolve-config.ts';
import type { Branch } from '../store/branch.ts';
import type { LockPolicy } from '../store/locks/lock-ports.ts';
import { takeSnapshot } from '../store/snapshot.ts';

const CONFIG = 'config.yaml';

/**
 * What config.yaml says about locks: at the remote's tip, or, while none is known, on the local branch.
 * @throws AgentOsError RECORD_BROKEN, SCHEMA_TOO_NEW: a policy that cannot be read must not be taken for none
 */
export async function readLockPolicy(
  { reader, branch }: { readonly reader: ObjectReader; readonly branch: Branch },
  tip: Oid | null,
): Promise<LockPolicy> {
  const snapshot =
    tip === null ? await branch.snapshot() : await takeSnapshot(reader, await reader.commit(tip));
  const bytes = await snapshot.read(CONFIG);
  const { locks, resources } = resolveConfig(bytes === null ? null : decode('config', bytes, CONFIG));
  return { ...locks, pathsOf: (resource) => resources.get(resource)?.paths ?? [] };
}
