import { fstatSync, statSync, writeSync } from 'node:fs';
import type { Sink } from './output.ts';

/** A stream of Node's, as far as it is needed. */
interface Stream {
  readonly isTTY?: boolean;
  write(text: string | Uint8Array, done?: (error?: Error | null) => void): unknown;
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
}

/**
 * Standard output or standard error. Node's own stream takes longer to open than a short command takes to run, so only
 * a terminal gets it; files and pipes are written to at once, which on POSIX systems is what the stream does as well.
 * That the reader closes the pipe early (`| head -1`) is no error: what the command did still counts.
 * @param open - Node's stream: for terminals, and for a pipe that its reader made non-blocking and that is full
 */
export function openSink(fd: number, open: () => Stream): Sink {
  let stream: Stream | null = null;
  const openStream = (): Stream => {
    if (stream !== null) return stream;
    stream = open();
    stream.on('error', (error) => {
      if (error.code !== 'EPIPE') throw error;
    });
    return stream;
  };
  const isSpecial = process.platform === 'win32' || isTerminal(fd);
  return {
    get isTTY() {
      return isSpecial && openStream().isTTY === true;
    },
    write(text, done) {
      if (isSpecial || stream !== null) return openStream().write(text, done);
      const { rest, error } = writeAtOnce(fd, Buffer.from(text));
      if (rest === null) done?.(error);
      else openStream().write(rest, done);
    },
  };
}

/** `rest`: what cannot be written without waiting; `error`: nobody reads any more. */
function writeAtOnce(
  fd: number,
  bytes: Buffer,
): { readonly rest: Buffer | null; readonly error: Error | null } {
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(fd, bytes, written);
    } catch (error) {
      const code = errorCode(error);
      if (code === 'EAGAIN') return { rest: bytes.subarray(written), error: null };
      if (code === 'EPIPE') return { rest: null, error: error as Error };
      throw error;
    }
  }
  return { rest: null, error: null };
}

/** A terminal, or what Node knows better; /dev/null is a device as well, but nobody sits at it. */
function isTerminal(fd: number): boolean {
  try {
    const stats = fstatSync(fd);
    return stats.isCharacterDevice() && stats.rdev !== statSync('/dev/null').rdev;
  } catch {
    return true;
  }
}

function errorCode(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : null;
}
