/** Each: what is broken, how (`find` stands in the file once), and the test that must notice. */
export const MUTANTS = [
  {
    name: 'locks are pushed with --force',
    edits: [
      {
        path: 'src/git/remote-transaction.ts',
        find: "['--atomic', ...edits.map(",
        replace: "['--atomic', '--force', ...edits.map(",
      },
    ],
    project: 'contract',
    file: 'test/contract/ref-store.test.ts',
    test: 'lose when the ref exists but must not, and when it does not but should',
  },
  {
    name: 'acquisitions have no nonce',
    edits: [
      {
        path: 'src/store/locks/acquire.ts',
        find: 'nonce: ids.nonce(),',
        replace: "nonce: 'always-the-same',",
      },
    ],
    project: 'unit',
    file: 'test/unit/store/locks/fenced-push.test.ts',
    test: 'is refused when another session has the lock by now: the nonce tells the two leases apart',
  },
  {
    name: 'two clones may make byte-identical records, and "up to date" counts as won',
    edits: [
      {
        path: 'src/git/remote-transaction.ts',
        find: "const others = !mayHaveMoved && statuses.every((status) => status === 'same');",
        replace: 'const others = false;',
      },
    ],
    project: 'contract',
    file: 'test/contract/ref-store.test.ts',
    test: 'say lost, not done, to the second of two that make the same record',
  },
  {
    name: 'an epoch counter stands for the claims table: the ref moves, and overlap is judged from records alone',
    edits: [
      {
        path: 'src/store/locks/change-writer.ts',
        find: 'const table = { ...board.table, claims: change.claims };',
        replace: 'const table = { ...board.table, claims: [] };',
      },
    ],
    project: 'unit',
    file: 'test/unit/store/locks/acquire.test.ts',
    test: 'a stale mirror cannot overlook a claim: the push that leases the claims loses',
  },
  {
    name: 'the claims are not leased by an acquisition',
    edits: [
      {
        path: 'src/domain/locks/lock-rules.ts',
        find: 'claims: granted.length > 0 || board.isRebuilt === true ? [...kept, ...granted] : null,',
        replace: 'claims: board.isRebuilt === true ? [...kept, ...granted] : null,',
      },
    ],
    project: 'race',
    file: 'test/race/locks.test.ts',
    test: 'a clone that has not heard of an overlapping lock does not get its own',
  },
  {
    name: 'claims made anew are decided on as they were last seen',
    edits: [
      {
        path: 'src/store/locks/acquire.ts',
        find: "if (board.isRebuilt && !isFresh) return { kind: 'refresh' };",
        replace: '',
      },
    ],
    project: 'unit',
    file: 'test/unit/store/locks/lost-claims.test.ts',
    test: 'does not let what was seen before decide: the mirror knows of no lock, and of no table either',
  },
  {
    name: 'an expired overlapping lock is ignored instead of taken over',
    edits: [
      {
        path: 'src/domain/locks/lock-rules.ts',
        find: 'const records = evict(board, evicted);',
        replace: 'const records = new Map(board.records);',
      },
    ],
    project: 'unit',
    file: 'test/unit/store/locks/acquire.test.ts',
    test: 'an expired overlapping lock is not ignored: its record moves in the same transaction',
  },
  {
    name: 'a fenced push lists its locks at the value that they have',
    edits: [
      {
        path: 'src/domain/locks/push-rules.ts',
        find: 'if (renewed !== null) records.set(resource, renewed);',
        replace: 'if (renewed === null) records.delete(resource);',
      },
    ],
    project: 'unit',
    file: 'test/unit/store/locks/fenced-push.test.ts',
    test: 'moves the work ref and the session’s lock in one push: a lock ref at its old value asserts nothing',
  },
  {
    name: 'a lease is taken over by the wall clock alone',
    edits: [
      {
        path: 'src/domain/locks/takeover.ts',
        find: 'const overdue = term.expiresAt + skew * 1000;',
        replace: 'const overdue = term.expiresAt + skew * 0;',
      },
    ],
    project: 'race',
    file: 'test/race/clocks.test.ts',
    test: 'a lease of 30 minutes under a clock an hour slow is not stolen by a clone that just saw it',
  },
  {
    name: 'nobody folds the outbox of a clone that is gone',
    edits: [
      {
        path: 'src/store/sync/plan-round.ts',
        find: 'outbox.clone === view.clone || outbox.leftFor >= FOLD_AFTER',
        replace: 'outbox.clone === view.clone',
      },
    ],
    project: 'unit',
    file: 'test/unit/store/sync/sync.test.ts',
    test: 'folds the outbox of a clone that is gone after 60 s',
  },
  {
    name: 'of two versions of a document the later file wins as a whole',
    edits: [
      {
        path: 'src/domain/join/documents.ts',
        find: 'formatDocument(states.reduce(joinDocuments), path)',
        replace:
          'formatDocument(states.reduce((a, b) => (JSON.stringify([...a.seen]) > JSON.stringify([...b.seen]) ? a : b)), path)',
      },
    ],
    project: 'properties',
    file: 'test/properties/merge.test.ts',
    test: 'loses no write to any key or list, as file-level last-writer-wins would',
  },
  {
    name: 'the view is rendered by renaming over what stands there',
    edits: [
      {
        path: 'src/view/view-files.ts',
        find: 'const placed = linkTo(from, mustLocate(path));\n      unlinkSync(from);',
        replace: 'const placed = true;\n      renameSync(from, mustLocate(path));',
      },
      {
        path: 'src/view/state-part.ts',
        find: 'const isAway = !isThere || (known !== undefined && putAside(round, STATE_FILE, asTakenUp(known)));',
        replace: 'const isAway = known !== undefined || !isThere;',
      },
    ],
    project: 'integration',
    file: 'test/integration/view/edits.test.ts',
    test: 'a hand edit made while the view is rendered survives',
  },
  {
    name: 'keys are taken from the cards under check',
    edits: [
      {
        path: 'src/app/verify/gather-signatures.ts',
        find: 'base === null ? present : await gatherKeys(await takeSnapshot(reader, base))',
        replace: 'present',
      },
    ],
    project: 'integration',
    file: 'test/integration/verify/signatures.test.ts',
    test: 'signed with a key that the same push gives to the agent',
  },
  {
    name: 'what calls itself a merge needs no signature',
    edits: [
      {
        path: 'src/app/verify/gather-signatures.ts',
        find: 'if (isOwnMerge(commit) && !(await isFalseMerge(tools, commit.oid))) continue;',
        replace: 'if (isOwnMerge(commit)) continue;',
      },
    ],
    project: 'integration',
    file: 'test/integration/verify/signatures.test.ts',
    test: 'that is a merge without a signature, and holds something else than its parents make',
  },
];
