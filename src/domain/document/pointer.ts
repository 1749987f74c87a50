/**
 * Keys of registers: JSON pointers (RFC 6901), and two kinds of segment that no map key can produce because a `~`
 * in a key is always written `~0`: `~+<id>` is the list item with that id, `~#before` and `~#after` are comments.
 */
export type Pointer = string;

export const ROOT: Pointer = '';
export type CommentSide = 'before' | 'after';

const ITEM = '~+';
const COMMENT = '~#';

export function childPointer(parent: Pointer, key: string): Pointer {
  return `${parent}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

export function itemPointer(list: Pointer, id: string): Pointer {
  return `${list}/${ITEM}${id}`;
}

export function commentPointer(of: Pointer, side: CommentSide): Pointer {
  return `${of}/${COMMENT}${side}`;
}

/** A pointer's segments, each as what it is. */
export function parsePointer(
  pointer: Pointer,
): { readonly kind: 'key' | 'item' | 'comment'; readonly name: string }[] {
  return pointer
    .split('/')
    .slice(1)
    .map((segment) => {
      if (segment.startsWith(ITEM)) return { kind: 'item', name: segment.slice(ITEM.length) };
      if (segment.startsWith(COMMENT)) return { kind: 'comment', name: segment.slice(COMMENT.length) };
      return { kind: 'key', name: segment.replaceAll('~1', '/').replaceAll('~0', '~') };
    });
}
