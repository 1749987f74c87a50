import { encode } from '../domain/codec.ts';
import { type GateResult, judgeGates } from '../domain/definition/gate-report.ts';
import { AgentOsError } from '../domain/errors.ts';
import { classify, recapPath } from '../domain/layout.ts';
import type { AgentName, RecordId } from '../domain/names.ts';
import type { Recap } from '../domain/schema/recap.ts';
import type { Snapshot } from '../store/branch.ts';
import { readAgent } from './agents.ts';
import { parseRecap, type RecapText, splitSections, writeRangeBody } from './recap-text.ts';
import { pickByPrefix } from './record-ids.ts';
import { formatTime, openRecords, type Problem, type RecordReader } from './records.ts';
import { checkText, firstLine } from './text-input.ts';
import type { Workspace } from './workspace.ts';

const DEFAULT_LIMIT = 20;
const COMMITS_KEPT = 200;

/** A recap as `--json` shows it. */
export interface RecapView {
  readonly id: RecordId;
  readonly agent: AgentName;
  readonly at: string;
  readonly title: string;
  readonly sections: Recap['sections'];
  readonly commits: readonly string[];
  readonly body: string;
  readonly gates: NonNullable<Recap['gates']>;
}

export interface RecapInput {
  readonly agent?: string;
  /** Markdown or YAML; may be absent when there is a range. */
  readonly text?: string;
  /** Name of the file that the text comes from: `.yaml` and `.yml` are YAML. */
  readonly name?: string;
  /** Default: the first heading, else the first line. */
  readonly title?: string;
  /** `A..B`: its commits are recorded, and are the body when there is no text. */
  readonly range?: string;
}

/** A recap, and its gates against those of its agent's definition. */
interface JudgedRecap {
  readonly recaps: readonly RecapView[];
  /** What the definition asks for, in its order, then what it does not know. */
  readonly gateReport: readonly GateResult[];
}

/** @throws AgentOsError BAD_VALUE, TOO_LARGE, NOT_INITIALISED, and what Branch.commit throws */
export async function addRecap(workspace: Workspace, input: RecapInput): Promise<JudgedRecap> {
  const commits = input.range === undefined ? [] : await workspace.code.range(input.range, COMMITS_KEPT);
  const text = readText(input, () => writeRangeBody(input.range ?? '', commits));
  const title = input.title === undefined ? text.title : firstLine(checkText(input.title, 'the title'), 200);
  const who = await workspace.identify(input.agent);
  const id = workspace.ids.record();
  const { result } = await workspace.branch.commit<Recap>({
    ...who,
    async plan(context) {
      const recap: Recap = {
        id,
        agent: who.agent,
        at: formatTime(workspace.clock.now()),
        title,
        sections: text.sections,
        body: text.body,
        commits: commits.map(({ oid }) => oid),
        ...(who.session !== null && { session: who.session }),
        ...(text.gates !== undefined && { gates: text.gates }),
        op: context.id,
      };
      const change = { path: recapPath(who.agent, id), content: encode('recap', recap) };
      return { subject: `recap: ${who.agent}: ${title}`, changes: [change], result: recap };
    },
  });
  return judge(workspace, await openRecords(workspace), [viewRecap(result)]);
}

function readText({ text, name, range, title }: RecapInput, fromRange: () => string): RecapText {
  if (text !== undefined) return parseRecap(checkText(text, 'the recap'), name ?? null);
  if (range === undefined) {
    throw new AgentOsError('BAD_VALUE', 'the recap has no text', {
      hint: 'Give a file, - for stdin, or --range A..B to begin with its commits.',
    });
  }
  const body = fromRange();
  return {
    title: title ?? `Commits of ${range}`,
    sections: splitSections(body).sections,
    body,
    gates: undefined,
  };
}

/**
 * The latest recaps, newest first.
 * @param input.limit - how many at most; default 20
 * @throws AgentOsError NOT_INITIALISED
 */
export async function listRecaps(
  workspace: Workspace,
  input: { readonly limit?: number } = {},
): Promise<{ readonly recaps: readonly RecapView[]; readonly problems: readonly Problem[] }> {
  const records = await openRecords(workspace);
  return { recaps: await readRecaps(records, input.limit ?? DEFAULT_LIMIT), problems: records.problems };
}

export async function readRecaps(records: RecordReader, limit: number): Promise<readonly RecapView[]> {
  const places = (await listPlaces(records.snapshot, limit))
    .sort((a, b) => (a.id < b.id ? 1 : -1))
    .slice(0, limit);
  return readAll(records, places);
}

/**
 * One recap, by default the latest.
 * @param input.id - its id, or how it begins
 * @throws AgentOsError BAD_VALUE, NOT_FOUND, AMBIGUOUS, RECORD_BROKEN, SCHEMA_TOO_NEW, NOT_INITIALISED
 */
export async function showRecap(
  workspace: Workspace,
  input: { readonly id?: string } = {},
): Promise<JudgedRecap> {
  const records = await openRecords(workspace);
  const places = await listPlaces(records.snapshot, input.id === undefined ? 1 : Number.POSITIVE_INFINITY);
  const place =
    input.id === undefined
      ? places.sort((a, b) => (a.id < b.id ? 1 : -1))[0]
      : pickByPrefix(places, input.id, 'recap');
  if (place === undefined) {
    throw new AgentOsError('NOT_FOUND', 'there is no recap yet', {
      hint: 'Add one: `agent-os recap add FILE`.',
    });
  }
  const recaps = await readAll(records, [place]);
  const [problem] = records.problems;
  if (problem === undefined) return judge(workspace, records, recaps);
  throw new AgentOsError('RECORD_BROKEN', problem.message, { data: { path: problem.path } });
}

async function judge(
  workspace: Workspace,
  records: RecordReader,
  recaps: readonly RecapView[],
): Promise<JudgedRecap> {
  const [recap] = recaps;
  if (recap === undefined) return { recaps, gateReport: [] };
  const { gates } = await readAgent(workspace, records, recap.agent);
  const judged = judgeGates(gates, [recap.gates]);
  const gateReport = judged.map(({ name, status, require, detail }) => ({ name, status, require, detail }));
  return { recaps, gateReport };
}

type RecapPlace = { readonly agent: AgentName; readonly id: RecordId; readonly path: string };

/** Places of recaps month by month, the latest month first, until there are at least `enough`. */
async function listPlaces(snapshot: Snapshot, enough: number): Promise<RecapPlace[]> {
  const places: RecapPlace[] = [];
  for (const year of (await snapshot.list('recaps')).toReversed()) {
    for (const month of (await snapshot.list(`recaps/${year.name}`)).toReversed()) {
      const folder = `recaps/${year.name}/${month.name}`;
      for (const { name } of await snapshot.list(folder)) {
        const path = `${folder}/${name}`;
        const place = classify(path);
        if (place.kind === 'recap') places.push({ agent: place.agent, id: place.id, path });
      }
      if (places.length >= enough) return places;
    }
  }
  return places;
}

async function readAll(records: RecordReader, places: readonly RecapPlace[]): Promise<readonly RecapView[]> {
  const recaps = await records.readAll(
    'recap',
    places,
    (recap, place) => recap.id === place.id && recap.agent === place.agent,
  );
  return recaps.map(viewRecap);
}

function viewRecap({ id, agent, at, title, sections, commits, body, gates = [] }: Recap): RecapView {
  return { id, agent, at, title, sections, commits, body, gates };
}
