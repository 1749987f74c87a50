import { AgentOsError } from '../domain/errors.ts';
import { attachmentPath } from '../domain/layout.ts';
import { quoted, type RecordId } from '../domain/names.ts';
import type { Attachment } from '../domain/schema/message.ts';
import type { Change, Snapshot } from '../store/branch.ts';
import { isSafeName } from '../store/tree-path.ts';
import { tooLarge } from './text-input.ts';

/** A file that travels with a message: 10 MiB; all files of one message: 20 MiB. */
export const ATTACHMENT_LIMIT = 10 * 1024 * 1024;
const TOTAL_LIMIT = 2 * ATTACHMENT_LIMIT;

export interface AttachedFile {
  /** One path component. */
  readonly name: string;
  readonly content: Uint8Array;
  readonly role?: 'contract' | 'types';
}

/** What the message says of its files, and the changes that put them on the branch. */
export function planAttachments(
  id: RecordId,
  files: readonly AttachedFile[],
): { readonly attachments: Attachment[]; readonly changes: readonly Change[] } {
  checkFiles(files);
  const paths = files.map(({ name }) => attachmentPath(id, name));
  return {
    attachments: files.map(({ name, content, role }, index) => ({
      name,
      path: paths[index] ?? '',
      size: content.length,
      type: mediaType(name),
      ...(role !== undefined && { role }),
    })),
    changes: files.map(({ content }, index) => ({ path: paths[index] ?? '', content })),
  };
}

/**
 * A file of the message `id`.
 * @throws AgentOsError RECORD_BROKEN when it is gone, or its name or path is not what the message's id makes of it
 */
export async function readAttachment(
  snapshot: Snapshot,
  id: RecordId,
  { name, path }: Pick<Attachment, 'name' | 'path'>,
): Promise<AttachedFile> {
  const content = isSafeName(name) && path === attachmentPath(id, name) ? await snapshot.read(path) : null;
  if (content !== null) return { name, content };
  throw new AgentOsError('RECORD_BROKEN', `the file ${quoted(name)} of message ${id} is not on the branch`, {
    hint: 'Ask its sender for it; gc removes files together with old messages.',
  });
}

/** @throws AgentOsError BAD_NAME, TOO_LARGE */
function checkFiles(files: readonly AttachedFile[]): void {
  const seen = new Set<string>();
  for (const { name, content } of files) {
    const problem =
      !isSafeName(name) || name.startsWith('-')
        ? 'is no file name that every system can take'
        : seen.has(name.toLowerCase())
          ? 'is attached twice'
          : null;
    if (problem !== null) {
      throw new AgentOsError('BAD_NAME', `${quoted(name)} ${problem}`, {
        hint: 'Rename the file and attach it again.',
      });
    }
    if (content.length > ATTACHMENT_LIMIT)
      throw tooLarge(`the file ${quoted(name)}`, content.length, ATTACHMENT_LIMIT);
    seen.add(name.toLowerCase());
  }
  const total = files.reduce((sum, { content }) => sum + content.length, 0);
  if (total > TOTAL_LIMIT) throw tooLarge('the attached files together', total, TOTAL_LIMIT);
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  css: 'text/css',
  html: 'text/html',
  jpg: 'image/jpeg',
  js: 'text/javascript',
  json: 'application/json',
  md: 'text/markdown',
  pdf: 'application/pdf',
  png: 'image/png',
  sql: 'application/sql',
  svg: 'image/svg+xml',
  ts: 'text/x-typescript',
  txt: 'text/plain',
  yaml: 'application/yaml',
  yml: 'application/yaml',
};

function mediaType(name: string): string {
  const extension = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  return (
    (Object.hasOwn(MEDIA_TYPES, extension) ? MEDIA_TYPES[extension] : undefined) ?? 'application/octet-stream'
  );
}
