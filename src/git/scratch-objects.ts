import { createHash } from 'node:crypto';
import type { Oid } from '../domain/names.ts';
import type { ObjectReader, ObjectWriter, TreeEntry } from '../domain/ports.ts';
import { decodeCommit, encodeCommit, encodeTree, type ObjectType } from './object-format.ts';

/** Objects that are written to memory and read from there or from `reader`: what would be written, without writing it. */
export interface ScratchObjects {
  readonly reader: ObjectReader;
  readonly writer: ObjectWriter;
}

export function openScratchObjects(reader: ObjectReader, objectFormat: 'sha1' | 'sha256'): ScratchObjects {
  const blobs = new Map<Oid, Uint8Array>();
  const trees = new Map<Oid, readonly TreeEntry[]>();
  const commits = new Map<Oid, Buffer>();
  const nameOf = (type: ObjectType, content: Uint8Array): Oid =>
    createHash(objectFormat).update(`${type} ${content.length}\0`).update(content).digest('hex') as Oid;
  return {
    reader: {
      commit: async (revision) => {
        const written = commits.get(revision as Oid);
        return written === undefined ? reader.commit(revision) : decodeCommit(written, revision as Oid);
      },
      tree: async (oid) => trees.get(oid) ?? reader.tree(oid),
      blob: async (oid) => blobs.get(oid) ?? reader.blob(oid),
    },
    writer: {
      blob: async (content) => {
        const oid = nameOf('blob', content);
        blobs.set(oid, content);
        return oid;
      },
      tree: async (entries) => {
        const oid = nameOf('tree', encodeTree(entries));
        trees.set(oid, entries);
        return oid;
      },
      commit: async (commit) => {
        const content = encodeCommit(commit);
        const oid = nameOf('commit', content);
        commits.set(oid, content);
        return oid;
      },
    },
  };
}
