import { describe, expect, it } from 'vitest';
import { decode, encode } from '../../../src/domain/codec.ts';
import type { AgentName, RecordId } from '../../../src/domain/names.ts';
import type { OperationId } from '../../../src/domain/operation.ts';
import type { Message } from '../../../src/domain/schema/message.ts';

const id = '01KARX0000ABCDEFGHJKMNPQRS' as RecordId;
const message: Message = {
  id,
  thread: id,
  kind: 'message',
  from: 'go-backend' as AgentName,
  to: 'sveltekit-specialist' as AgentName,
  subject: 'Auth endpoints ready',
  body: 'POST /login\r\nPOST /logout\0\n',
  priority: 'normal',
  ack_required: false,
  sent_at: '2026-11-23T05:00:00Z',
  attachments: [],
  op: `001795410000000-abcdefgh01234567-${id}` as OperationId,
};
const bytes = (text: string) => new TextEncoder().encode(text);
const read = (text: string) => decode('message', bytes(text), 'messages/a/new/x.yaml');

describe('a record', () => {
  it('begins with the schema line and its schema, and reads back as it was', () => {
    const text = encode('message', message);
    expect(text.split('\n').slice(0, 3)).toEqual([
      '# yaml-language-server: $schema=https://unpkg.com/agent-os/schemas/message.v1.json',
      'schema: agent-os/message/v1',
      `id: ${id}`,
    ]);
    expect(read(text)).toEqual({ schema: 'agent-os/message/v1', ...message });
  });

  it('keeps the fields of a newer client through read, change and write', () => {
    const text = `${encode('message', message)}x_new:\n  __proto__: 1\n  deep: [{a: 007}]\n`;
    const again = encode('message', { ...read(text), read_at: '2026-11-23T06:00:00Z' });
    expect(read(again)).toMatchObject({ read_at: '2026-11-23T06:00:00Z', x_new: { deep: [{ a: '007' }] } });
    expect(again).toContain('  __proto__: 1\n');
  });

  it('of a newer version is an error of its own', () => {
    const text = encode('message', message).replace('message/v1\n', 'message/v2\n');
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'SCHEMA_TOO_NEW' }));
  });

  it.each([
    ['of another kind', encode('message', message).replace('agent-os/message', 'agent-os/recap')],
    ['without schema', 'a: 1\n'],
    ['that is a list', '- 1\n'],
    [
      'with a field of the wrong type',
      encode('message', message).replace('ack_required: false', 'ack_required: 3'),
    ],
    ['with a missing field', encode('message', message).replace(/^from:.*\n/m, '')],
  ])('%s is broken, by name', (_name, text) => {
    const named = { code: 'RECORD_BROKEN', data: expect.objectContaining({ path: 'messages/a/new/x.yaml' }) };
    expect(() => read(text)).toThrow(expect.objectContaining(named));
  });

  it('that does not fit its schema or is too large is not written', () => {
    expect(() => encode('message', { ...message, sent_at: 'now' })).toThrow(
      expect.objectContaining({ code: 'BAD_VALUE' }),
    );
    const body = 'x'.repeat(5 * 1024 * 1024);
    expect(() => encode('message', { ...message, body })).toThrow(
      expect.objectContaining({ code: 'TOO_LARGE' }),
    );
  });
});
