import type { Oid, RefName } from '../../domain/names.ts';
import type { Clock, HistoryReader, ObjectReader } from '../../domain/ports.ts';
import type { Audit } from '../repository-ports.ts';

/** One line of what pre-receive is told; null stands for a ref that is not there. */
export interface ReceivedUpdate {
  readonly ref: RefName;
  readonly from: Oid | null;
  readonly to: Oid | null;
}

/** The bare repository that is pushed to, with what is pushed in its quarantine. */
export interface Server {
  readonly objects: { readonly reader: ObjectReader; readonly history: HistoryReader };
  readonly audit: Audit;
  readonly settings: { readonly branch: RefName };
  readonly clock: Clock;
  readonly hash: (text: string) => string;
  /** Who pushes, as the server has authenticated them; null: it has not. */
  readonly user: string | null;
  close(): Promise<void>;
}
