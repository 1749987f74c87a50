import { inboxFolder, recordTime } from '../../domain/layout.ts';
import { isAgentName, isRecordId } from '../../domain/names.ts';
import type { Message } from '../../domain/schema/message.ts';
import { type MessagePlace, readMessages } from '../mailbox.ts';
import type { RecordReader } from '../records.ts';

/**
 * Every message that was sent in a time, by whom to whomever. What was sent at other times is listed by its name at
 * most, and what was read in other months not even that.
 * @param time - milliseconds since 1970
 */
export async function readMessagesBetween(
  records: RecordReader,
  time: { readonly start: number; readonly end: number },
): Promise<readonly Message[]> {
  const { snapshot } = records;
  const months = monthsBetween(time);
  const agents = (await snapshot.list('messages')).map(({ name }) => name).filter(isAgentName);
  const places = await Promise.all(
    agents.map(async (agent) => {
      const folders = [
        { path: inboxFolder(agent), folder: 'new' as const },
        ...months.map((month) => ({ path: `messages/${agent}/read/${month}`, folder: 'read' as const })),
      ];
      const found = await Promise.all(
        folders.map(async ({ path, folder }) =>
          (await snapshot.list(path)).flatMap(({ name }): readonly MessagePlace[] => {
            const id = name.replace(/\.yaml$/, '');
            const isMeant = isRecordId(id) && recordTime(id) >= time.start && recordTime(id) <= time.end;
            return isMeant ? [{ agent, id, path: `${path}/${name}`, folder }] : [];
          }),
        ),
      );
      return found.flat();
    }),
  );
  return readMessages(records, places.flat());
}

/** `yyyy/mm` of every month that the time touches; at most ten years of them. */
function monthsBetween({ start, end }: { start: number; end: number }): readonly string[] {
  const months: string[] = [];
  const first = new Date(start);
  for (let offset = 0; offset < 120; offset += 1) {
    const month = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + offset, 1));
    if (month.getTime() > end) break;
    months.push(month.toISOString().slice(0, 7).replace('-', '/'));
  }
  return months;
}
