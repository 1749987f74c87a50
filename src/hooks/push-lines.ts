import type { PushedRef } from '../domain/hook-ports.ts';
import { isOid, type Oid, type RefName } from '../domain/names.ts';

/** The lines of pre-push's standard input, `local-ref local-oid remote-ref remote-oid`; zeros: there is none. */
export function parsePushLines(text: string): readonly PushedRef[] {
  return text.split('\n').flatMap((line) => {
    const [, local, ref, remote] = /^\S+ ([0-9a-f]+) (refs\/\S+) ([0-9a-f]+)$/.exec(line) ?? [];
    if (local === undefined || ref === undefined || remote === undefined) return [];
    return [{ local: oidOrNull(local), ref: ref as RefName, remote: oidOrNull(remote) }];
  });
}

function oidOrNull(text: string): Oid | null {
  return isOid(text) && !/^0+$/.test(text) ? text : null;
}
