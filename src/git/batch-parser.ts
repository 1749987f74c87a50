import { AgentOsError } from '../domain/errors.ts';
import type { Oid } from '../domain/names.ts';

export interface RawObject {
  readonly oid: Oid;
  readonly type: string;
  readonly content: Buffer;
}

export type BatchAnswer = RawObject | null | AgentOsError;

const MAX_OBJECT = 16 * 1024 * 1024;
const LINE_FEED = 0x0a;

/**
 * Cuts the output of `git cat-file --batch` into answers: `<oid> <type> <size> LF <content> LF`, or one line for an
 * object that is missing (null). Objects over 16 MiB are skipped unread and answered with RECORD_BROKEN.
 */
export class BatchParser {
  readonly #answer: (answer: BatchAnswer) => void;
  /** What has arrived of a header line, or of a content and its line feed. */
  #chunks: Buffer[] = [];
  #bytes = 0;
  #body: { readonly oid: Oid; readonly type: string; readonly size: number } | null = null;

  constructor(answer: (answer: BatchAnswer) => void) {
    this.#answer = answer;
  }

  push(chunk: Buffer): void {
    for (let rest = chunk; rest.length > 0; ) {
      rest = this.#body === null ? this.#takeHeader(rest) : this.#takeBody(this.#body, rest);
    }
  }

  #takeHeader(chunk: Buffer): Buffer {
    const end = chunk.indexOf(LINE_FEED);
    this.#chunks.push(end < 0 ? chunk : chunk.subarray(0, end));
    if (end < 0) return chunk.subarray(chunk.length);
    this.#startAnswer(this.#flush().toString('utf8'));
    return chunk.subarray(end + 1);
  }

  #startAnswer(line: string): void {
    const [, oid, type, size] = /^([0-9a-f]{40,64}) ([a-z]+) (\d+)$/.exec(line) ?? [];
    if (oid !== undefined && type !== undefined) this.#body = { oid: oid as Oid, type, size: Number(size) };
    else if (line.endsWith(' missing')) this.#answer(null);
    else this.#answer(new AgentOsError('GIT_FAILED', `git cat-file answered: ${line.slice(0, 200)}`));
  }

  #takeBody(
    body: { readonly oid: Oid; readonly type: string; readonly size: number },
    chunk: Buffer,
  ): Buffer {
    const take = chunk.subarray(0, body.size + 1 - this.#bytes);
    this.#bytes += take.length;
    if (body.size <= MAX_OBJECT) this.#chunks.push(take);
    if (this.#bytes === body.size + 1) {
      this.#body = null;
      const content = this.#flush().subarray(0, body.size);
      this.#answer(body.size <= MAX_OBJECT ? { oid: body.oid, type: body.type, content } : tooLarge(body));
    }
    return chunk.subarray(take.length);
  }

  #flush(): Buffer {
    const whole =
      this.#chunks.length === 1 && this.#chunks[0] ? this.#chunks[0] : Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#bytes = 0;
    return whole;
  }
}

function tooLarge({ oid, size }: { readonly oid: Oid; readonly size: number }): AgentOsError {
  return new AgentOsError('RECORD_BROKEN', `object ${oid} has ${size} bytes: more than agent-os reads`, {
    hint: 'See which file it is with `git log --all --find-object=<oid>`.',
    data: { oid, size, limit: MAX_OBJECT },
  });
}
