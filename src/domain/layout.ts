import { type AgentName, isAgentName, isRecordId, type RecordId } from './names.ts';

/**
 * What a path of the branch holds. `stamps` is the machine-written sibling of a register document; `other` is
 * whatever agent-os does not know and leaves alone.
 */
export type Place =
  | { readonly kind: 'config' | 'retention' | 'readme' | 'workflow' | 'other' }
  | { readonly kind: 'card'; readonly agent: AgentName }
  | { readonly kind: 'session'; readonly agent: AgentName; readonly id: RecordId }
  | {
      readonly kind: 'message';
      readonly agent: AgentName;
      readonly id: RecordId;
      readonly folder: 'new' | 'read';
    }
  | { readonly kind: 'attachment'; readonly id: RecordId; readonly name: string }
  | { readonly kind: 'state' | 'roadmap'; readonly name: string }
  | { readonly kind: 'stamps'; readonly of: string }
  | { readonly kind: 'recap'; readonly agent: AgentName; readonly id: RecordId; readonly day: string }
  | { readonly kind: 'log'; readonly agent: AgentName; readonly day: string }
  | { readonly kind: 'conflict'; readonly id: string };

/** The branch's files that are one of a kind, and its folders. */
export const README_PATH = 'README.md';
export const CONFIG_PATH = 'config.yaml';
export const RETENTION_PATH = 'retention.yaml';
export const WORKFLOW_PATH = '.github/workflows/agent-os.yml';
export const PROJECT_STATE_PATH = 'state/project.yaml';
export const ROADMAP_PATH = 'state/roadmap.yaml';

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const FOLDER =
  /^(?:agents|attachments|conflicts|logs|messages|recaps|sessions|state|(?:logs|sessions|messages|attachments)\/[^/]+|messages\/[^/]+\/(?:new|read(?:\/\d{4}(?:\/\d{2})?)?)|recaps\/\d{4}(?:\/\d{2})?)$/;
const STAMPS = '.stamps.yaml';

export function cardPath(agent: AgentName): string {
  return `agents/${agent}.yaml`;
}

/** All sessions of one agent. */
export function sessionFolder(agent: AgentName): string {
  return `sessions/${agent}`;
}

export function sessionPath(agent: AgentName, id: RecordId): string {
  return `${sessionFolder(agent)}/${id}.yaml`;
}

/** The unread messages of one agent. */
export function inboxFolder(agent: AgentName): string {
  return `messages/${agent}/new`;
}

export function newMessagePath(agent: AgentName, id: RecordId): string {
  return `${inboxFolder(agent)}/${id}.yaml`;
}

/** Where a message goes when it is read: by the month in which it was *sent*, so that all clones agree. */
export function readMessagePath(agent: AgentName, id: RecordId): string {
  return `messages/${agent}/read/${recordMonth(id)}/${id}.yaml`;
}

/** `name` is one path component, checked by the caller. */
export function attachmentPath(id: RecordId, name: string): string {
  return `attachments/${id}/${name}`;
}

/** `name` is what stands before `.yaml`: `project`, `roadmap`. */
export function statePath(name: string): string {
  return `state/${name}.yaml`;
}

export function recapPath(agent: AgentName, id: RecordId): string {
  return `recaps/${recordMonth(id)}/${recordDay(id).slice(-2)}-${agent}-${id}.yaml`;
}

/** All logs of one agent. */
export function logFolder(agent: AgentName): string {
  return `logs/${agent}`;
}

/** `day` is `yyyy-mm-dd`, in UTC. */
export function logPath(agent: AgentName, day: string): string {
  return `${logFolder(agent)}/${day}.yaml`;
}

/** `id` is the conflict's hash in hexadecimal. */
export function conflictPath(id: string): string {
  return `conflicts/${id}.yaml`;
}

/** The sibling that holds the registers of a document. */
export function stampsPath(documentPath: string): string {
  return documentPath.replace(/\.yaml$/, STAMPS);
}

/** The UTC day, `yyyy-mm-dd`, of milliseconds since 1970. */
export function dayOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}

/** When a record was made, in milliseconds since 1970, as the first 48 bits of its ULID say. */
export function recordTime(id: RecordId): number {
  return [...id.slice(0, 10)].reduce((time, digit) => time * 32 + CROCKFORD.indexOf(digit), 0);
}

/** The UTC month, `yyyy/mm`, in which a record was made. */
export function recordMonth(id: RecordId): string {
  return recordDay(id).slice(0, -3).replace('-', '/');
}

/** Whether the layout has a folder here, so that a file would be in the way of records. */
export function isFolder(path: string): boolean {
  return FOLDER.test(path);
}

/** Where documents are; '' is the root. */
export const DOCUMENT_FOLDERS = ['', 'state', 'agents'] as const;

/** Whether a document at this path consists of registers, with a stamps file beside it. */
export function isDocument(path: string): boolean {
  return ['config', 'card', 'state', 'roadmap'].includes(classify(path).kind);
}

/** What stands at a path of the branch. Total: whatever fits no rule is `other`. */
export function classify(path: string): Place {
  if (path === README_PATH) return { kind: 'readme' };
  if (path === CONFIG_PATH) return { kind: 'config' };
  if (path === RETENTION_PATH) return { kind: 'retention' };
  if (path === WORKFLOW_PATH) return { kind: 'workflow' };
  return classifyStamps(path) ?? classifyRecord(path.split('/')) ?? { kind: 'other' };
}

function classifyStamps(path: string): Place | null {
  if (!path.endsWith(STAMPS)) return null;
  const of = `${path.slice(0, -STAMPS.length)}.yaml`;
  return isDocument(of) ? { kind: 'stamps', of } : null;
}

function classifyRecord(parts: readonly string[]): Place | null {
  const [folder, owner, ...rest] = parts;
  const last = parts.at(-1) ?? '';
  if (folder === 'attachments' && owner !== undefined && parts.length === 3 && last !== '') {
    return isRecordId(owner) ? { kind: 'attachment', id: owner, name: last } : null;
  }
  if (!last.endsWith('.yaml') || owner === undefined) return null;
  const name = last.slice(0, -'.yaml'.length);
  if (folder === 'recaps') return classifyRecap(parts, name);
  if (parts.length === 2) return classifyFlat(folder, name);
  if (!isAgentName(owner)) return null;
  if (folder === 'sessions' && rest.length === 1 && isRecordId(name))
    return { kind: 'session', agent: owner, id: name };
  if (folder === 'logs' && rest.length === 1 && DAY.test(name))
    return { kind: 'log', agent: owner, day: name };
  if (folder === 'messages' && isRecordId(name)) {
    const path = parts.join('/');
    if (path === newMessagePath(owner, name))
      return { kind: 'message', agent: owner, id: name, folder: 'new' };
    if (path === readMessagePath(owner, name))
      return { kind: 'message', agent: owner, id: name, folder: 'read' };
  }
  return null;
}

function classifyFlat(folder: string | undefined, name: string): Place | null {
  if (folder === 'agents' && isAgentName(name)) return { kind: 'card', agent: name };
  if (folder === 'conflicts' && /^[0-9a-f]{16,64}$/.test(name)) return { kind: 'conflict', id: name };
  if (folder === 'state' && /^[a-z0-9][a-z0-9_-]*$/.test(name)) {
    return { kind: name === 'roadmap' ? 'roadmap' : 'state', name };
  }
  return null;
}

function classifyRecap(parts: readonly string[], name: string): Place | null {
  const match = /^\d{2}-(.+)-([0-9A-Z]{26})$/.exec(name);
  const [, agent, id] = match ?? [];
  if (agent === undefined || id === undefined || !isAgentName(agent) || !isRecordId(id)) return null;
  return parts.join('/') === recapPath(agent, id) ? { kind: 'recap', agent, id, day: recordDay(id) } : null;
}

function recordDay(id: RecordId): string {
  return dayOf(recordTime(id));
}
