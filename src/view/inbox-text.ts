import type { Message } from '../domain/schema/message.ts';
import { printable } from './printable.ts';

/** An unread message as a file of the inbox. */
export function formatMessage(message: Message): string {
  const { id, from, to, subject, body, priority, sent_at, attachments } = message;
  const lines = [
    `# ${printable(subject)}`,
    '',
    `- from: ${from}`,
    `- to: ${to}`,
    `- sent: ${sent_at}`,
    ...(priority === 'normal' ? [] : [`- priority: ${priority}`]),
    ...(message.trigger === undefined ? [] : [`- trigger: ${printable(message.trigger)}`]),
    ...attachments.map(({ name, role = 'attachment' }) => `- ${role}: ${printable(name)}`),
    '',
    printable(body).trimEnd(),
    '',
    `<!-- Read-only. \`agent-os read ${id}\` marks it read${advice(message)}. -->`,
  ];
  return `${lines.join('\n')}\n`;
}

function advice({ id, kind, ack_required, attachments }: Message): string {
  const files = attachments.length === 0 ? '' : ' and says where its files are';
  if (kind === 'task') return `${files}; \`agent-os task accept|decline|done ${id}\` answers it`;
  if (kind === 'handoff') return `${files}; \`agent-os handoff accept ${id}\` answers it`;
  return `${files}${ack_required ? `, \`agent-os ack ${id}\` acknowledges it` : ''}`;
}
