import type { RefName } from './names.ts';

/**
 * The refs that cannot exist beside `ref`, because a ref cannot be a file and a folder at once: as patterns for
 * RefStore.read, those below it and those that it would be below.
 */
export function conflictingRefs(ref: RefName): readonly string[] {
  const parts = ref.split('/');
  const above = parts.slice(3).map((_, index) => parts.slice(0, index + 3).join('/'));
  return [`${ref}/`, ...above];
}

/** What to type where a ref stands in the way of the branch. */
export const OTHER_REF_HINT =
  'Choose another ref: `agent-os init --ref refs/agent-os/branch`; or rename what stands in the way.';
