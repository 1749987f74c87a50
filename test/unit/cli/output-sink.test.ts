import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openSink } from '../../../src/cli/output-sink.ts';

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'agent-os-sink-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Both ends of a pipe that does not block. */
function makePipe() {
  const path = join(makeFolder(), 'pipe');
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return { reader, writer: openSync(path, constants.O_WRONLY | constants.O_NONBLOCK) };
}

const noStream = (): never => {
  throw new Error('Node’s stream was opened');
};

it('writes to a file at once, and opens no stream for it', () => {
  const path = join(makeFolder(), 'file');
  const fd = openSync(path, 'w');
  const sink = openSink(fd, noStream);
  let isDone = false;
  sink.write('größer\n', () => {
    isDone = true;
  });
  closeSync(fd);
  expect([sink.isTTY, isDone, readFileSync(path, 'utf8')]).toEqual([false, true, 'größer\n']);
});

it('is quiet when nobody reads any more, and tells who asked', () => {
  const { reader, writer } = makePipe();
  closeSync(reader);
  const sink = openSink(writer, noStream);
  expect(() => sink.write('text')).not.toThrow();
  const errors: unknown[] = [];
  sink.write('text', (error) => errors.push(error));
  closeSync(writer);
  expect(errors).toEqual([expect.objectContaining({ code: 'EPIPE' })]);
});

it('hands over to the stream what a full pipe does not take, and everything after it', () => {
  const { reader, writer } = makePipe();
  const rest: Uint8Array[] = [];
  const stream = { write: (bytes: string | Uint8Array) => rest.push(Buffer.from(bytes)), on: () => {} };
  const sink = openSink(writer, () => stream);
  const text = 'ü'.repeat(100_000);
  sink.write(text);
  sink.write('end');
  const taken = Buffer.alloc(400_000);
  const size = readSync(reader, taken);
  for (const fd of [reader, writer]) closeSync(fd);
  expect(size).toBeLessThan(200_000);
  expect(Buffer.concat([taken.subarray(0, size), ...rest]).toString('utf8')).toBe(`${text}end`);
});
