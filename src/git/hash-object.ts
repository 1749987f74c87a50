import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { AgentOsError } from '../domain/errors.ts';
import type { Oid } from '../domain/names.ts';
import type { RepositoryPaths } from '../domain/ports.ts';
import { holdsObject, isDiskFull } from './loose-object.ts';
import type { ObjectType, WriteObject } from './object-format.ts';
import { gitFailed, runGit } from './process.ts';
import { placeOf } from './repository.ts';

/**
 * Writes objects with `git hash-object -w`, which freshens what exists but believes a truncated file: a loose object
 * that does not hold the bytes afterwards is removed and written again.
 * @throws AgentOsError DISK_FULL, GIT_FAILED
 */
export function writeThroughGit(paths: RepositoryPaths): WriteObject {
  const write = async (type: ObjectType, content: Uint8Array): Promise<Oid> => {
    const args = ['hash-object', '-w', '-t', type, '--stdin'];
    const result = await runGit({ ...placeOf(paths), args, input: content });
    if (result.exitCode === 0) return result.stdout.toString('latin1').trim() as Oid;
    if (!isDiskFull(result.stderr)) throw gitFailed(args, result);
    throw new AgentOsError('DISK_FULL', `git could not write an object: ${result.stderr.trim()}`, {
      hint: 'Make room on the disk, or see who may write there.',
    });
  };
  return async (type, content) => {
    const oid = await write(type, content);
    const path = join(paths.commonDir, 'objects', oid.slice(0, 2), oid.slice(2));
    const object = Buffer.concat([Buffer.from(`${type} ${content.length}\0`), content]);
    if (holdsObject(path, object)) return oid;
    const wasBroken = await unlink(path).then(
      () => true,
      () => false, // it is in a pack
    );
    return wasBroken ? write(type, content) : oid;
  };
}
