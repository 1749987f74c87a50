import type { Message } from '../domain/schema/message.ts';
import { printable } from './printable.ts';

/** An unread message as a file of the inbox. */
export function formatMessage(message: Message): string {
  const { id, from, to, subject, body, priority, ack_required, sent_at, attachments } = message;
  const lines = [
    `# ${printable(subject)}`,
    '',
    `- from: ${from}`,
    `- to: ${to}`,
    `- sent: ${sent_at}`,
    ...(priority === 'normal' ? [] : [`- priority: ${priority}`]),
    ...attachments.map(({ name, path }) => `- attachment: ${printable(name)} (${printable(path)})`),
    '',
    printable(body).trimEnd(),
    '',
    `<!-- Read-only. \`agent-os read ${id}\` marks it read${ack_required ? `, \`agent-os ack ${id}\` acknowledges it` : ''}. -->`,
  ];
  return `${lines.join('\n')}\n`;
}
