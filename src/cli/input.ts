import { constants } from 'node:fs';
import { lstat, open, rename, rm, writeFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { ATTACHMENT_LIMIT, type AttachedFile } from '../app/attachments.ts';
import { decodeInput, decodeLeniently, TEXT_LIMIT, tooLarge } from '../app/text-input.ts';
import { AgentOsError } from '../domain/errors.ts';
import { quoted } from '../domain/names.ts';
import type { Invocation } from './command-spec.ts';

/**
 * What the words of a command line say: joined by spaces, or with a lone `-` all of standard input, byte for byte.
 * @throws AgentOsError TOO_LARGE, BAD_VALUE when standard input is not UTF-8
 */
export async function readWords(
  invocation: Invocation,
  words: readonly string[],
  limit = TEXT_LIMIT,
): Promise<string> {
  if (words.length !== 1 || words[0] !== '-') return words.join(' ');
  return decodeInput(await invocation.readInput(limit), 'standard input');
}

/**
 * A file of the command line as text; `-` is standard input.
 * @throws AgentOsError NOT_FOUND, BAD_VALUE, TOO_LARGE
 */
export async function readTextFile(invocation: Invocation, path: string): Promise<string> {
  if (path === '-') return readWords(invocation, ['-']);
  return decodeInput(await readBytes(resolve(invocation.cwd, path), TEXT_LIMIT), quoted(path));
}

/**
 * As readTextFile, but bytes that are not UTF-8 are replaced, not refused.
 * @throws AgentOsError NOT_FOUND, BAD_VALUE (no ordinary file), TOO_LARGE
 */
export async function readOddFile(invocation: Invocation, path: string): Promise<string> {
  if (path === '-') return decodeLeniently(await invocation.readInput(TEXT_LIMIT));
  return decodeLeniently(await readBytes(resolve(invocation.cwd, path), TEXT_LIMIT));
}

/** @throws AgentOsError NOT_FOUND, BAD_VALUE, TOO_LARGE */
export function readFiles({ cwd }: Invocation, paths: readonly string[]): Promise<readonly AttachedFile[]> {
  return Promise.all(
    paths.map(async (path) => ({
      name: basename(path),
      content: await readBytes(resolve(cwd, path), ATTACHMENT_LIMIT),
    })),
  );
}

/**
 * Writes a file of the command line, whole or not at all where it is an ordinary one; one that is there is replaced.
 * @throws AgentOsError BAD_VALUE
 */
export async function writeTextFile(cwd: string, path: string, text: string): Promise<void> {
  const target = resolve(cwd, path);
  const written = `${target}.${process.pid}.new`;
  try {
    const isReplaced = (await lstat(target).catch(() => null))?.isFile() ?? true;
    if (!isReplaced) return await writeFile(target, text); // a device, or where a link leads
    await writeFile(written, text);
    await rename(written, target);
  } catch (error) {
    await rm(written, { force: true }).catch(() => {});
    const reason = error instanceof Error && 'code' in error ? ` (${error.code})` : '';
    throw new AgentOsError('BAD_VALUE', `the file ${quoted(path)} cannot be written${reason}`, {
      hint: 'Paths are relative to the current folder, which has to exist and be writable.',
      cause: error,
    });
  }
}

/** An ordinary file's bytes; a pipe or device would never end. */
async function readBytes(path: string, limit: number): Promise<Uint8Array> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const { size, isFile } = await file.stat().then((stat) => ({ size: stat.size, isFile: stat.isFile() }));
      if (!isFile) throw new AgentOsError('BAD_VALUE', `${quoted(path)} is not a file`);
      if (size > limit) throw tooLarge(`the file ${quoted(path)}`, size, limit);
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof AgentOsError) throw error;
    throw new AgentOsError('NOT_FOUND', `the file ${quoted(path)} cannot be read`, {
      hint: 'Paths are relative to the current folder.',
      cause: error,
    });
  }
}
