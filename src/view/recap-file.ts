import { dayOf, recordTime } from '../domain/layout.ts';
import { type AgentName, isRecordId, type RecordId } from '../domain/names.ts';
import type { Recap } from '../domain/schema/recap.ts';
import { printable } from './printable.ts';

const MARK = /^<!-- agent-os:recap ([0-9A-Z]{26}) [^\n]*-->\n/;

/** The name that a recap is rendered to: `20261123-go-backend-5V3K9QD2.md`. */
export function recapFileName({ id, agent }: { readonly id: RecordId; readonly agent: AgentName }): string {
  return `${dayOf(recordTime(id)).replaceAll('-', '')}-${agent}-${id.slice(-8)}.md`;
}

/** A recap as Markdown, after a comment that says which one it is. */
export function formatRecapFile(recap: Recap): string {
  const body = printable(recap.body).trimEnd();
  return `<!-- agent-os:recap ${recap.id} by ${recap.agent} at ${recap.at} -->\n${body}\n`;
}

/** The text of a recap file, and the recap that it was rendered from, if any. */
export function parseRecapFile(text: string): { readonly id: RecordId | null; readonly body: string } {
  const [mark, id] = MARK.exec(text) ?? [];
  if (mark === undefined || id === undefined || !isRecordId(id)) return { id: null, body: text };
  return { id, body: text.slice(mark.length) };
}
