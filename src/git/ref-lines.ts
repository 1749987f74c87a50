import type { Oid, RefName } from '../domain/names.ts';

/** `<oid> <ref>` or `<oid> TAB <ref>` lines, as for-each-ref and ls-remote print them. */
export function parseRefLines(text: string): Map<RefName, Oid> {
  const refs = new Map<RefName, Oid>();
  for (const line of text.split('\n')) {
    const [, oid, ref] = /^([0-9a-f]{40,64})[ \t](refs\/.+)$/.exec(line) ?? [];
    if (oid !== undefined && ref !== undefined) refs.set(ref as RefName, oid as Oid);
  }
  return refs;
}

/** Those that equal a pattern, or begin with it when it ends in `/`: what git lists is sometimes more. */
export function selectRefs(refs: Map<RefName, Oid>, patterns: readonly string[]): Map<RefName, Oid> {
  const matches = (ref: string) => patterns.some((p) => (p.endsWith('/') ? ref.startsWith(p) : ref === p));
  return new Map([...refs].filter(([ref]) => matches(ref)));
}
