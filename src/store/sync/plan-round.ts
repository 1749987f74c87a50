import type { CloneId, Oid, RefName } from '../../domain/names.ts';

/** Milliseconds after which anyone folds an outbox whose owner did not bring it onto the branch. */
export const FOLD_AFTER = 60_000;

/** One outbox of the remote, as last fetched. */
export interface OutboxView {
  readonly clone: string;
  readonly oid: Oid;
  /** Its operations are all reachable from the remote branch: nothing is left to do for it. */
  readonly onBranch: boolean;
  /** Its operations are all reachable from the local tip. */
  readonly inTip: boolean;
  /** Milliseconds since this clone first saw this value. */
  readonly leftFor: number;
}

/** All that the next step of a round depends on. */
export interface RoundView {
  readonly clone: CloneId;
  readonly branchRef: RefName;
  /** null: this clone has none, because it is ephemeral or the host allows no custom refs. */
  readonly outboxRef: RefName | null;
  readonly tip: Oid | null;
  /** The remote branch, as last fetched. */
  readonly branch: Oid | null;
  /** The remote branch itself (not only its operations) is reachable from the tip; true when there is none. */
  readonly followsBranch: boolean;
  /** The tip's operations are all reachable from the remote branch. */
  readonly tipOnBranch: boolean;
  /** How many operations of the tip no ref of the remote reaches. */
  readonly unpublished: number;
  readonly outboxes: readonly OutboxView[];
  /** What this clone pushed or tried to push to its outbox. */
  readonly tried: ReadonlySet<Oid>;
}

export interface Offer {
  readonly ref: RefName;
  readonly to: Oid;
  readonly lease?: Oid | null;
}

export type RoundStep =
  | { readonly step: 'renew-clone' }
  | { readonly step: 'join'; readonly tips: readonly Oid[] }
  | { readonly step: 'offer'; readonly updates: readonly Offer[] }
  | { readonly step: 'rest' };

export function outboxRefOf(clone: CloneId): RefName {
  return `refs/agent-os/outbox/${clone}` as RefName;
}

/**
 * The next step of a sync round; after each step the view is taken again, until there is nothing to do.
 *
 * 1. My outbox holds what I never tried to push: this clone was copied, and the outbox is the other copy's now.
 * 2. The tip lacks what the remote has: join it with branch and outboxes, or replace it by them.
 *    So whatever is offered in step 3 holds the operations of every outbox, and an outbox never loses one by moving.
 * 3. Somebody has to push: operations are unpublished, my outbox is not on the branch yet, another's was left over, or
 *    the tip is ahead of the branch by merges alone and all clones are to end on one commit. The outbox moves only
 *    for operations that are nowhere on the remote; the branch is enough for the rest.
 * 4. Otherwise nothing: who has nothing to say pushes nothing.
 */
export function planRound(view: RoundView): RoundStep {
  const mine = view.outboxes.find((outbox) => outbox.clone === view.clone);
  if (view.outboxRef !== null && mine !== undefined && !view.tried.has(mine.oid))
    return { step: 'renew-clone' };

  const open = view.outboxes.filter((outbox) => !outbox.onBranch);
  if (!view.followsBranch || open.some((outbox) => !outbox.inTip)) {
    const tips = open.map((outbox) => outbox.oid);
    return { step: 'join', tips: view.branch === null ? tips : [view.branch, ...tips] };
  }

  const isDue =
    view.unpublished > 0 ||
    (view.tipOnBranch && view.tip !== view.branch) ||
    open.some((outbox) => outbox.clone === view.clone || outbox.leftFor >= FOLD_AFTER);
  if (view.tip === null || !isDue) return { step: 'rest' };
  const updates: Offer[] = [{ ref: view.branchRef, to: view.tip }];
  if (view.outboxRef !== null && view.unpublished > 0) {
    updates.push({ ref: view.outboxRef, to: view.tip, lease: mine?.oid ?? null });
  }
  return { step: 'offer', updates };
}
