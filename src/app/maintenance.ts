import { encode } from '../domain/codec.ts';
import { isBelowWatermark, readWatermarks } from '../domain/join/watermarks.ts';
import { CONFIG_PATH, classify, RETENTION_PATH } from '../domain/layout.ts';
import type { AgentName, RecordId, RefName } from '../domain/names.ts';
import { resolveConfig } from '../domain/schema/resolve-config.ts';
import type { Change, Snapshot } from '../store/branch.ts';
import { planWatermarks, type Stock } from './maintenance-plan.ts';
import { findOldRefs } from './maintenance-refs.ts';
import { openRecords, readRecord, readRecords } from './records.ts';
import type { Workspace } from './workspace.ts';

export interface Removed {
  /** Files of the branch. They stay in its history. */
  readonly paths: readonly string[];
  /** Refs of the remote. */
  readonly refs: readonly RefName[];
}

/**
 * Remove what is older than `retention` of config.yaml: read messages with their files, logs, ended sessions from the
 * branch; merged outboxes and tombstones of locks from the remote, each only if nobody has moved it since it was
 * judged. What goes from the branch goes by watermarks, so that no old clone brings it back.
 * @throws AgentOsError NOT_INITIALISED, RECORD_BROKEN (config.yaml), REMOTE_UNREACHABLE, and what Branch.commit throws
 */
export async function collectGarbage(
  workspace: Workspace,
  input: { readonly agent?: string; readonly dryRun?: boolean } = {},
): Promise<Removed> {
  const { snapshot } = await openRecords(workspace);
  const { retention } = resolveConfig(await readRecord(snapshot, 'config', CONFIG_PATH));
  const mirror = await workspace.remote?.fetch();
  const old = mirror === undefined ? [] : await findOldRefs(workspace, mirror, retention.tombstones);
  if (input.dryRun === true) {
    return { paths: (await planRemoval(workspace, snapshot)).paths, refs: old.map(({ ref }) => ref) };
  }
  const who = await workspace.identify(input.agent);
  const { result } = await workspace.branch.commit({
    ...who,
    async plan(context) {
      const { paths, changes } = await planRemoval(workspace, context.snapshot);
      return {
        subject: `gc: ${paths.length} files that are older than policy keeps`,
        changes,
        result: paths,
      };
    },
  });
  const { attachments } = readWatermarks(await (await workspace.branch.snapshot()).read(RETENTION_PATH));
  if (attachments !== undefined) await (await workspace.files()).removeBefore(attachments);
  return { paths: result, refs: old.length === 0 ? [] : await workspace.removeRemoteRefs(old) };
}

async function planRemoval(
  workspace: Workspace,
  snapshot: Snapshot,
): Promise<{ readonly paths: readonly string[]; readonly changes: readonly Change[] }> {
  const { retention: policy } = resolveConfig(await readRecord(snapshot, 'config', CONFIG_PATH));
  const known = readWatermarks(await snapshot.read(RETENTION_PATH));
  const { stock, aging } = await takeStock(snapshot);
  const marks = planWatermarks(stock, known, { policy, now: workspace.clock.now() });
  const paths = aging.filter((path) => isBelowWatermark(path, marks));
  const changes = paths.map((path) => ({ path, content: null }));
  return {
    paths,
    changes:
      paths.length === 0 ? [] : [{ path: RETENTION_PATH, content: encode('retention', marks) }, ...changes],
  };
}

/** What can grow old, by kind, and all of its paths. Only sessions are read: their status decides. */
async function takeStock(
  snapshot: Snapshot,
): Promise<{ readonly stock: Stock; readonly aging: readonly string[] }> {
  const messages = new Map<AgentName, { unread: RecordId[]; read: RecordId[] }>();
  const sessions = new Map<AgentName, { ended: RecordId[]; other: RecordId[] }>();
  const logs = new Map<AgentName, string[]>();
  const attachments: RecordId[] = [];
  const aging: string[] = [];
  const records = readRecords(snapshot);
  for (const folder of ['messages', 'sessions', 'logs', 'attachments']) {
    for await (const { path } of snapshot.walk(folder)) {
      const place = classify(path);
      aging.push(path);
      if (place.kind === 'message') {
        const box = entryOf(messages, place.agent, () => ({ unread: [], read: [] }));
        (place.folder === 'new' ? box.unread : box.read).push(place.id);
      } else if (place.kind === 'session') {
        const status = (await records.read('session', path))?.status;
        const list = entryOf(sessions, place.agent, () => ({ ended: [], other: [] }));
        (status === undefined || status === 'active' ? list.other : list.ended).push(place.id);
      } else if (place.kind === 'log') entryOf(logs, place.agent, () => []).push(place.day);
      else if (place.kind === 'attachment') attachments.push(place.id);
    }
  }
  return { stock: { messages, sessions, logs, attachments }, aging };
}

function entryOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}
