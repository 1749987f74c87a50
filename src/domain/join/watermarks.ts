import { decode } from '../codec.ts';
import { AgentOsError } from '../errors.ts';
import { classify, RETENTION_PATH, recordMonth } from '../layout.ts';
import type { RecordId } from '../names.ts';
import type { Retention } from '../schema/retention.ts';

const NO_WATERMARKS: Retention = {};

/** The watermarks of a branch; none when retention.yaml is absent, unreadable or of a newer version. */
export function readWatermarks(bytes: Uint8Array | null): Retention {
  try {
    return bytes === null ? NO_WATERMARKS : decode('retention', bytes, RETENTION_PATH);
  } catch (error) {
    if (error instanceof AgentOsError) return NO_WATERMARKS;
    throw error;
  }
}

/**
 * Whether gc has removed what stands at this path, so that a merge must not bring it back. It is the smaller id or
 * day that counts, whatever the record says: gc raises a watermark only up to the oldest record that has to stay.
 */
export function isBelowWatermark(path: string, watermarks: Retention): boolean {
  const place = classify(path);
  if (place.kind === 'message') return place.id < (watermarks.messages?.[place.agent] ?? '');
  if (place.kind === 'session') return place.id < (watermarks.sessions?.[place.agent] ?? '');
  if (place.kind === 'log') return place.day < (watermarks.logs?.[place.agent] ?? '');
  if (place.kind === 'attachment') return place.id < (watermarks.attachments ?? '');
  return false;
}

/** Whether a folder can hold something below a watermark; if not, a merge may take it over unread. */
export function reachesWatermark(folder: string, watermarks: Retention): boolean {
  const [top, owner, box, ...date] = folder.split('/');
  if (top === 'attachments') return (owner ?? '') < (watermarks.attachments ?? '');
  if (top !== 'messages' && top !== 'logs' && top !== 'sessions') return top === '';
  if (owner === undefined) return watermarks[top] !== undefined;
  const mark = watermarks[top]?.[owner];
  if (mark === undefined || box !== 'read') return mark !== undefined;
  const month = recordMonth(mark as RecordId);
  return date.join('/') <= month.slice(0, date.join('/').length);
}
