import { describe, expect, it } from 'vitest';
import type { Oid } from '../../../src/domain/names.ts';
import { decodeCommit, encodeCommit } from '../../../src/git/object-format.ts';

describe('a signed commit', () => {
  const signature = '-----BEGIN PGP SIGNATURE-----\n\niHUEABYKAB0\nparent x\n-----END PGP SIGNATURE-----\n';
  const commit = (digits: number) => ({
    tree: 'a'.repeat(digits) as Oid,
    parents: ['b'.repeat(digits) as Oid],
    message: 'subject\n\nbody\n',
    author: { name: 'Ada', email: 'ada@example.com' },
    at: 1_700_000_000,
  });

  it('has the signature as the last header, its lines indented, and says the same as the unsigned one', () => {
    const [unsigned, signed] = [encodeCommit(commit(40)), encodeCommit({ ...commit(40), signature })];
    const [header = '', ...rest] = signed.toString().split('\n\nsubject');
    expect(header.split('\n').slice(3)).toEqual([
      'committer Ada <ada@example.com> 1700000000 +0000',
      'gpgsig -----BEGIN PGP SIGNATURE-----',
      ' ',
      ' iHUEABYKAB0',
      ' parent x',
      ' -----END PGP SIGNATURE-----',
    ]);
    expect(rest).toHaveLength(1);
    const oid = 'c'.repeat(40) as Oid;
    expect(decodeCommit(signed, oid)).toEqual(decodeCommit(unsigned, oid));
  });

  it('names the header after the hash of the repository', () => {
    expect(encodeCommit({ ...commit(64), signature }).toString()).toContain('\ngpgsig-sha256 -----BEGIN');
  });
});
