import { AgentOsError } from '../domain/errors.ts';

const FAILED = /^(?:failure|failed|cancell?ed|timed_out|startup_failure|action_required)$/;
const PASSED = /^(?:success|passed|neutral)$/;

/** What a host says of a job. */
interface Job {
  readonly name: string | null;
  readonly outcome: string;
}

export interface JobResults {
  /** null: no job has passed or failed. */
  readonly conclusion: 'success' | 'failure' | null;
  /** Names. */
  readonly failed: readonly string[];
}

/**
 * What became of the jobs in JSON of a host: `toJSON(needs)` of GitHub Actions (`{job: {result}}`), a list of check
 * runs (`{check_runs: [{name, conclusion}]}`), or of GitLab jobs (`[{name, status}]`). Jobs that were skipped or have
 * not ended say nothing.
 * @throws AgentOsError BAD_VALUE where no job is in it
 */
export function readResults(text: string): JobResults {
  const jobs = readJobs(text);
  if (jobs.length === 0) throw unreadable('there is no job in the results');
  const failed = namesOfFailed(jobs);
  if (jobs.some(({ outcome }) => FAILED.test(outcome))) return { conclusion: 'failure', failed };
  return { conclusion: jobs.some(({ outcome }) => PASSED.test(outcome)) ? 'success' : null, failed };
}

/**
 * Names of what failed, in the same forms; none where nothing is known.
 * @throws AgentOsError BAD_VALUE
 */
export function readFailures(text: string): readonly string[] {
  return namesOfFailed(readJobs(text));
}

function namesOfFailed(jobs: readonly Job[]): readonly string[] {
  return [...new Set(jobs.flatMap(({ name, outcome }) => (name && FAILED.test(outcome) ? [name] : [])))];
}

function readJobs(text: string): readonly Job[] {
  const value = parse(text);
  if (Array.isArray(value)) return jobsOf(value);
  if (!isObject(value)) throw unreadable();
  const runs = value['check_runs'];
  if (Array.isArray(runs)) return jobsOf(runs);
  return jobsOf(
    Object.entries(value).map(([name, job]) => ({ name, result: isObject(job) ? job['result'] : undefined })),
  );
}

function jobsOf(values: readonly unknown[]): readonly Job[] {
  return values.filter(isObject).flatMap(({ name, result, conclusion, status }) => {
    const outcome = result ?? conclusion ?? status;
    return typeof outcome === 'string' ? [{ name: typeof name === 'string' ? name : null, outcome }] : [];
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unreadable();
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unreadable(problem = 'the results are not JSON that a host gives of its jobs'): AgentOsError {
  return new AgentOsError('BAD_VALUE', problem, {
    hint: 'Give toJSON(needs), a list of check runs, or of GitLab jobs.',
  });
}
