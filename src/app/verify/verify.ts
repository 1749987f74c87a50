import type { AuditedCommit, AuditRange } from '../../domain/code-audit.ts';
import { AgentOsError } from '../../domain/errors.ts';
import { CLAIMS_REF } from '../../domain/locks/lock-ref.ts';
import { parsePathPattern } from '../../domain/locks/path-pattern.ts';
import { isAgentName, isOid, type Oid, quoted, type RefName } from '../../domain/names.ts';
import { type ResolvedConfig, resolveConfig } from '../../domain/schema/resolve-config.ts';
import { findBadHistory, findRemovedBranch } from '../../domain/verify/branch-history.ts';
import { readCommitTrailers } from '../../domain/verify/commit-trailers.ts';
import type { CodeCommitFacts, LockFacts, Requirement, TimeFacts } from '../../domain/verify/facts.ts';
import { type Draft, type Finding, type RuleId, weigh } from '../../domain/verify/finding.ts';
import { findForeignLocks } from '../../domain/verify/foreign-lock.ts';
import { findOpenGates } from '../../domain/verify/gates.ts';
import { findBadLocks } from '../../domain/verify/lock-record.ts';
import { findMissingLocks } from '../../domain/verify/missing-lock.ts';
import { findStaleTokens } from '../../domain/verify/stale-token.ts';
import { findBadTrailers } from '../../domain/verify/trailers.ts';
import type { Audit } from '../repository-ports.ts';
import type { Workspace } from '../workspace.ts';
import { findBadFiles, gatherHistory, type Reading } from './gather-branch.ts';
import { gatherGates } from './gather-gates.ts';
import { gatherLocks, gatherStories } from './gather-locks.ts';
import { gatherFinished, gatherPeople } from './gather-people.ts';
import { checkSignatures, signatureSeverity } from './gather-signatures.ts';
import { moveLandmark, recallLandmark } from './last-passed.ts';
import { type Absence, type DecidingState, readDecidingState } from './remote-state.ts';

export interface VerifyInput {
  /** `A..B`; by default what HEAD has and its upstream does not. */
  readonly range?: string;
  /** Check the branch and the locks, all of them, and no commits of the code. */
  readonly stateOnly?: boolean;
  /** Full oid that the branch had before; by default where it was when a check passed in this clone last. */
  readonly before?: string;
  /** Go by what was fetched last. */
  readonly offline?: boolean;
}

export interface Verification {
  readonly findings: readonly Finding[];
  /** What could not be found out, in sentences: as long as there is any, nothing has passed. */
  readonly unknown: readonly string[];
  /** null: no commits were checked. */
  readonly range: AuditRange | null;
  /** How many commits it has. */
  readonly commits: number;
  /** `tip` is null where there is no branch, or nobody could ask. */
  readonly branch: { readonly ref: RefName; readonly tip: Oid | null };
}

/**
 * Judge commits, locks and the branch by the policy in config.yaml of the branch, as the remote has it now.
 * @throws AgentOsError BAD_VALUE; CANNOT_VERIFY, REMOTE_UNREACHABLE: not knowing is never a pass
 */
export async function verify(workspace: Workspace, input: VerifyInput = {}): Promise<Verification> {
  const offline = input.offline ?? false;
  const asked = parseBefore(input.before);
  const landmark = await recallLandmark(workspace);
  const audit = await workspace.audit({ offline });
  const range = input.stateOnly === true ? null : await audit.code.resolveRange(input.range ?? null);
  const [listed, state] = await Promise.all([
    range === null ? [] : audit.code.commits(range),
    readDecidingState(workspace, audit, offline),
  ]);
  const before = asked ?? landmark?.tip ?? null;
  if (state.tip === null) return judgeAbsence(state, { workspace, before, range, commits: listed.length });
  const commits = listed.map(describeCommit);
  const check = { workspace, audit, state, commits, range };
  const locks = await readLocks(check);
  const deep = range === null;
  // What nobody has checked yet vouches for nothing, where all of it is asked for.
  const since = asked !== null || !deep || landmark?.hasPassed === true ? before : null;
  const [aboutCommits, aboutState] = await Promise.all([
    judgeCommits(check, locks),
    judgeState(check, { locks, before, since, deep }),
  ]);
  // Afterwards, because both may fetch what a shallow clone lacks of the branch.
  const severity = await signatureSeverity(workspace, audit, { state, before });
  const signatures = await checkSignatures(workspace, audit, { state, severity, before: since, deep });
  const findings = weigh([...aboutCommits, ...aboutState, ...signatures.drafts], {
    ...state.config.verify,
    signatures: severity,
  });
  const unknown = [...whatIsUnknown(locks, state.config, commits.length), ...signatures.unknown];
  const hasPassed = unknown.length === 0 && findings.every(({ severity }) => severity !== 'error');
  if (hasPassed && (deep || before !== null))
    await moveLandmark(workspace, landmark, {
      tip: state.tip,
      hasPassed: deep || asked !== null || landmark?.hasPassed === true,
    });
  return {
    findings,
    unknown,
    range,
    commits: commits.length,
    branch: { ref: workspace.settings.branch, tip: state.tip },
  };
}

/** A branch that was there and is gone took the policy with it: what applies is what applies without one. */
function judgeAbsence(
  { where, problem }: Absence,
  checked: Pick<Verification, 'range' | 'commits'> & {
    readonly workspace: Workspace;
    /** Where the branch is known to have been. */
    readonly before: Oid | null;
  },
): Verification {
  const { before, range, commits } = checked;
  const { branch: ref } = checked.workspace.settings;
  if (before === null) throw problem;
  return {
    findings: weigh([findRemovedBranch({ ref, where, before })], resolveConfig(null).verify),
    unknown:
      commits === 0 ? [] : ['the commits of the range were not judged: policy and records are gone too'],
    range,
    commits,
    branch: { ref, tip: null },
  };
}

interface Check {
  readonly workspace: Workspace;
  readonly audit: Audit;
  readonly state: DecidingState;
  readonly commits: readonly CodeCommitFacts[];
  readonly range: AuditRange | null;
}

export function describeCommit({ message, ...commit }: AuditedCommit): CodeCommitFacts {
  return { ...commit, trailers: readCommitTrailers(message) };
}

async function readLocks({ workspace, state }: Check): Promise<LockFacts> {
  try {
    return await gatherLocks({ reader: workspace.objects.reader, hash: workspace.hash }, state.refs);
  } catch (cause) {
    if (!(cause instanceof AgentOsError) || cause.code === 'GIT_FAILED') throw cause;
    throw new AgentOsError('CANNOT_VERIFY', `nobody can say what is locked: ${cause.message}`, {
      hint: 'See `agent-os doctor`.',
      cause,
    });
  }
}

async function judgeCommits(check: Check, locks: LockFacts): Promise<readonly Draft[]> {
  const { workspace, audit, state, commits, range } = check;
  if (range === null || commits.length === 0) return [];
  const { config } = state;
  const isOn = (rule: RuleId) => config.verify[rule] !== 'off';
  const time = timeOf(workspace, config);
  const named = commits.flatMap(({ trailers }) => trailers.locks);
  const sources = { reader: workspace.objects.reader, code: audit.code, hash: workspace.hash };
  const needsPeople = isOn('trailers') || isOn('gates');
  const [stories, base, people] = await Promise.all([
    gatherStories(sources, state.refs, named),
    named.length > 0 && isOn('stale-token')
      ? audit.code.lockedCommits({ from: range.to, to: range.from })
      : [],
    needsPeople ? gatherPeople(state.snapshots) : null,
  ]);
  const tokens = { commits, base: base.map(describeCommit), records: locks.records, stories, time };
  return [
    ...(isOn('foreign-lock') ? findForeignLocks(commits, locks, time) : []),
    ...(isOn('stale-token') ? findStaleTokens(tokens) : []),
    ...(isOn('missing-lock') ? findMissingLocks(commits, { ...readRequirements(config), stories }) : []),
    ...(people !== null && isOn('trailers') ? findBadTrailers(commits, people) : []),
    ...(people !== null && isOn('gates')
      ? findOpenGates(await gatherGates(state.snapshots, commits, people))
      : []),
  ];
}

async function judgeState(
  { workspace, audit, state, commits }: Check,
  input: {
    readonly locks: LockFacts;
    readonly before: Oid | null;
    readonly since: Oid | null;
    readonly deep: boolean;
  },
): Promise<readonly Draft[]> {
  const { locks, before, since, deep } = input;
  const { config, tip } = state;
  const isOn = (rule: RuleId) => config.verify[rule] !== 'off';
  const time = timeOf(workspace, config);
  const judged = since !== null ? [since] : deep ? [] : null;
  const reading: Reading = deep ? { files: 'all' } : { since: beginning(commits, time) };
  const [history, files, finished] = await Promise.all([
    isOn('branch-history') ? gatherHistory(workspace, audit, { tip, before, judged }) : null,
    isOn('branch-content') ? findBadFiles(workspace, audit, { tip, reading }) : [],
    isOn('lock-record') ? gatherFinished(state.snapshots, locks) : new Set<never>(),
  ]);
  return [
    ...(isOn('lock-record') ? findBadLocks(locks, finished, time) : []),
    ...(history === null ? [] : findBadHistory(history)),
    ...files,
  ];
}

/** A broken record hides who holds a lock: that is no pass for the commits that may be under it. */
function whatIsUnknown(
  { broken }: LockFacts,
  { verify }: ResolvedConfig,
  commits: number,
): readonly string[] {
  if (commits === 0 || verify['lock-record'] === 'error') return [];
  const locks = broken.filter(({ ref }) => ref !== CLAIMS_REF); // the records tell what is claimed, too
  return locks.map(({ ref }) => `${ref} cannot be read, so nobody can say who holds it`);
}

/** When the first commit of the range was made, by a clock that may be ahead of the agents'; milliseconds. */
function beginning(commits: readonly CodeCommitFacts[], { now, maxSkew }: TimeFacts): number {
  return Math.min(now, ...commits.map(({ committedAt }) => committedAt * 1000)) - maxSkew * 1000;
}

function timeOf({ clock }: Workspace, { locks, retention }: ResolvedConfig): TimeFacts {
  return { now: clock.now(), maxSkew: locks.maxSkew, tombstones: retention.tombstones };
}

/** @throws AgentOsError CANNOT_VERIFY where config.yaml has a glob that cannot be read */
function readRequirements({ guards, resources }: ResolvedConfig) {
  const parse = (glob: string) => {
    try {
      return parsePathPattern(glob);
    } catch (cause) {
      if (!(cause instanceof AgentOsError)) throw cause;
      throw new AgentOsError('CANNOT_VERIFY', `guards of config.yaml: ${cause.message}`, { cause });
    }
  };
  const requirements = guards.requireLock.map((text): Requirement => {
    const resource = resources.get(text);
    const globs = resource === undefined ? [text] : resource.paths;
    return { text, resource: resource === undefined ? null : text, patterns: globs.map(parse) };
  });
  const exemptAgents = new Set(guards.exemptAgents.filter(isAgentName));
  return { requirements, exemptAgents, exemptPaths: guards.exemptPaths.map(parse) };
}

function parseBefore(text: string | undefined): Oid | null {
  if (text === undefined || /^0+$/.test(text)) return null;
  if (isOid(text)) return text;
  throw new AgentOsError('BAD_VALUE', `${quoted(text)} is not a full object id`, {
    hint: 'Give the 40 characters of the commit that was the tip before.',
  });
}
