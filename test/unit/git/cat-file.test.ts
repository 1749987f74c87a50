import { describe, expect, it, onTestFinished } from 'vitest';
import type { Oid, RefName } from '../../../src/domain/names.ts';
import { BatchParser } from '../../../src/git/batch-parser.ts';
import { openObjectReader } from '../../../src/git/cat-file.ts';
import { discoverRepository } from '../../../src/git/repository.ts';
import { makeSandbox } from '../../support/sandbox.ts';

async function start() {
  const sandbox = await makeSandbox();
  const repository = await sandbox.repository('a');
  const reader = openObjectReader((await discoverRepository(repository, {})).paths);
  onTestFinished(() => reader.close());
  const head = (await sandbox.git(repository, 'rev-parse', 'HEAD')) as Oid;
  const store = async (content: string | Uint8Array) => {
    const made = await sandbox.tryGit(repository, ['hash-object', '-w', '--stdin'], { input: content });
    return made.stdout.trim() as Oid;
  };
  return { sandbox, repository, reader, head, store };
}

/** Nothing lies loose, so that every read is git's. */
async function startPacked() {
  const started = await start();
  await started.sandbox.git(started.repository, 'repack', '-a', '-d', '-q');
  return started;
}

describe('the object reader', () => {
  it('answers many questions at once, each with its own', async () => {
    const { reader, store } = await start();
    const oids = await Promise.all(['one', '', 'three\n', 'four'.repeat(50_000)].map(store));
    const missing = 'f'.repeat(40) as Oid;
    const read = await Promise.all([...oids, missing, ...oids].map((oid) => reader.blob(oid)));
    const texts = read.map((bytes) => bytes && Buffer.from(bytes).toString().slice(0, 6));
    expect(texts).toEqual(['one', '', 'three\n', 'fourfo', null, 'one', '', 'three\n', 'fourfo']);
  });

  it('sees refs that moved and objects that came after it was started', async () => {
    const { sandbox, repository, reader, head } = await start();
    const main = 'refs/heads/main' as RefName;
    expect((await reader.commit(main))?.oid).toBe(head);
    const next = await sandbox.commitFile(repository, 'a', 'text');
    expect(await reader.commit(main)).toMatchObject({ oid: next, parents: [head] });
  });

  it('names an object of another type, and a revision that is none', async () => {
    const { reader, head } = await start();
    await expect(reader.blob(head)).rejects.toMatchObject({ code: 'GIT_FAILED' });
    await expect(reader.commit('HEAD~1\nrefs/x/y' as RefName)).rejects.toMatchObject({ code: 'BAD_NAME' });
    expect(await reader.commit('refs/heads/none' as RefName)).toBeNull();
  });

  it('does not take in a huge object, and goes on after it', async () => {
    const { reader, store } = await start();
    const [huge, small] = [await store(Buffer.alloc(17 * 1024 * 1024)), await store('small')];
    const [refused, read] = await Promise.allSettled([reader.blob(huge), reader.blob(small)]);
    expect(refused).toMatchObject({
      reason: { code: 'RECORD_BROKEN', message: expect.stringContaining(huge) },
    });
    expect(read).toMatchObject({ status: 'fulfilled', value: Buffer.from('small') });
  });

  it('says what git said when it died, and starts again', async () => {
    const { sandbox, repository, reader, head } = await startPacked();
    await sandbox.git(repository, 'config', 'core.repositoryFormatVersion', '99');
    await expect(reader.commit(head)).rejects.toMatchObject({
      code: 'GIT_FAILED',
      message: expect.stringContaining('99'),
    });
    await sandbox.git(
      sandbox.root,
      'config',
      '-f',
      `${repository}/.git/config`,
      'core.repositoryFormatVersion',
      '0',
    );
    expect((await reader.commit(head))?.oid).toBe(head);
  });

  it('keeps no process alive while nothing is asked', async () => {
    const { reader, head } = await startPacked();
    const pipes = () =>
      process.getActiveResourcesInfo().filter((kind) => /^(PipeWrap|ProcessWrap)$/.test(kind)).length;
    await reader.commit(head);
    const asked = reader.commit(head);
    const whileAsked = pipes();
    await asked;
    expect(whileAsked - pipes()).toBeGreaterThanOrEqual(4); // the process and its three pipes
  });
});

describe('BatchParser', () => {
  it('gives the same answers however the output is cut', () => {
    const oid = 'a'.repeat(40);
    const output = Buffer.from(`${oid} blob 3\n1\n3\n${oid} missing\n${oid} blob 0\n\n${oid} tree 1\nx\n`);
    const answers = (step: number) => {
      const found: unknown[] = [];
      const parser = new BatchParser((answer) => found.push(answer));
      for (let at = 0; at < output.length; at += step) parser.push(output.subarray(at, at + step));
      return JSON.stringify(found);
    };
    const whole = answers(output.length);
    expect(JSON.parse(whole)).toHaveLength(4);
    for (const step of [1, 2, 3, 7, 45]) expect(answers(step)).toBe(whole);
  });
});
