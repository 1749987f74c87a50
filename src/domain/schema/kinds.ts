import * as z from 'zod/mini';
import { type Card, cardSchema } from './card.ts';
import { type Config, configSchema } from './config.ts';
import { type Conflict, conflictSchema } from './conflict.ts';
import { type Log, logSchema } from './log.ts';
import { type Message, messageSchema } from './message.ts';
import { type Recap, recapSchema } from './recap.ts';
import { type Retention, retentionSchema } from './retention.ts';
import { type Session, sessionSchema } from './session.ts';
import { type Stamps, stampsSchema } from './stamps.ts';
import { type ProjectState, type Roadmap, roadmapSchema, stateSchema } from './state.ts';

/** What each kind of file holds. */
export interface Values {
  config: Config;
  card: Card;
  session: Session;
  message: Message;
  recap: Recap;
  log: Log;
  state: ProjectState;
  roadmap: Roadmap;
  stamps: Stamps;
  retention: Retention;
  conflict: Conflict;
}

export type Kind = keyof Values;

interface Definition {
  /** Validates the fields beside `schema`; never changes them. */
  readonly schema: () => z.ZodMiniObject;
  /** The version that this program writes, and the highest that it reads. */
  readonly version: number;
  readonly title: string;
}

/** The one definition of each kind: validation, key order and the published JSON Schema all come from here. */
export const KINDS: Readonly<Record<Kind, Definition>> = {
  config: { schema: configSchema, version: 1, title: 'agent-os: team policy' },
  card: { schema: cardSchema, version: 1, title: 'agent-os: definition of an agent' },
  session: { schema: sessionSchema, version: 1, title: 'agent-os: session of an agent' },
  message: { schema: messageSchema, version: 1, title: 'agent-os: message' },
  recap: { schema: recapSchema, version: 1, title: 'agent-os: recap' },
  log: { schema: logSchema, version: 1, title: "agent-os: a day of an agent's log" },
  state: { schema: stateSchema, version: 1, title: 'agent-os: project state' },
  roadmap: { schema: roadmapSchema, version: 1, title: 'agent-os: roadmap' },
  stamps: {
    schema: stampsSchema,
    version: 1,
    title: 'agent-os: registers of a document (written by machine)',
  },
  retention: { schema: retentionSchema, version: 1, title: 'agent-os: watermarks of gc' },
  conflict: { schema: conflictSchema, version: 1, title: 'agent-os: conflict that a merge decided' },
};

const SCHEMA_ID = /^agent-os\/([a-z]+)\/v([1-9]\d{0,5})$/;
const SCHEMA_BASE = 'https://unpkg.com/agent-os/schemas';

/** What the `schema` field of a file of this kind says: `agent-os/message/v1`. */
export function schemaId(kind: Kind, version = KINDS[kind].version): string {
  return `agent-os/${kind}/v${version}`;
}

/** The parts of a `schema` field; null when it has none of our form. */
export function parseSchemaId(text: unknown): { readonly kind: string; readonly version: number } | null {
  const match = typeof text === 'string' ? SCHEMA_ID.exec(text) : null;
  return match === null ? null : { kind: match[1] ?? '', version: Number(match[2]) };
}

/** Where the JSON Schema of a kind is published; editors find it through the first line of each file. */
export function schemaUrl(kind: string, version: number): string {
  return `${SCHEMA_BASE}/${kind}.v${version}.json`;
}

/** The order in which the fields of a kind are written. */
export function fieldOrder(kind: Kind): readonly string[] {
  return ['schema', ...Object.keys(KINDS[kind].schema().def.shape)];
}

/** The published JSON Schema (draft 2020-12) of a kind. */
export function jsonSchema(kind: Kind): Record<string, unknown> {
  const { schema, title, version } = KINDS[kind];
  const { $schema, type, properties, required = [], ...rest } = z.toJSONSchema(schema(), { io: 'input' });
  return {
    $schema,
    $id: schemaUrl(kind, version),
    title,
    type,
    required: ['schema', ...required],
    properties: { schema: { const: schemaId(kind) }, ...properties },
    ...rest,
  };
}
