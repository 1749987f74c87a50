import { AgentOsError } from './errors.ts';
import { type CloneId, isCloneId, isRecordId, quoted, type RecordId } from './names.ts';

declare const operationBrand: unique symbol;

/**
 * `<hlc>-<clone>-<ulid>`: hybrid logical clock in milliseconds as 15 digits, the clone that made the operation, and
 * a ULID. Operations are ordered by comparing these strings.
 */
export type OperationId = string & { readonly [operationBrand]: 'OperationId' };

const HLC_DIGITS = 15;

/**
 * The hybrid logical clock's next reading: never behind the wall clock and always ahead of what was seen
 * (Kulkarni et al., "Logical Physical Clocks", 2014, with the counter folded into milliseconds).
 */
export function nextClock(wallMs: number, largestSeen: number): number {
  return Math.max(Math.floor(wallMs), largestSeen + 1);
}

export function operationId(parts: { clock: number; clone: CloneId; unique: RecordId }): OperationId {
  return `${String(parts.clock).padStart(HLC_DIGITS, '0')}-${parts.clone}-${parts.unique}` as OperationId;
}

/** @throws AgentOsError BAD_VALUE */
export function parseOperationId(text: string): { clock: number; clone: CloneId; unique: RecordId } {
  const [clock, clone, unique, ...rest] = text.split('-');
  if (
    clock !== undefined &&
    /^\d{15}$/.test(clock) &&
    clone !== undefined &&
    isCloneId(clone) &&
    unique !== undefined &&
    isRecordId(unique) &&
    rest.length === 0
  ) {
    return { clock: Number(clock), clone, unique };
  }
  throw new AgentOsError('BAD_VALUE', `${quoted(text)} is not an operation id`);
}

export function isOperationId(text: string): text is OperationId {
  try {
    parseOperationId(text);
    return true;
  } catch {
    return false;
  }
}
