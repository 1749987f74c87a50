import { AgentOsError } from '../domain/errors.ts';

const FAILED = /^(?:failure|failed|cancelled|timed_out|startup_failure|action_required)$/;

/**
 * Names of what failed, from JSON of a host: `toJSON(needs)` of GitHub Actions (`{job: {result}}`), a list of check
 * runs (`{check_runs: [{name, conclusion}]}`), or of GitLab jobs (`[{name, status}]`).
 * @throws AgentOsError BAD_VALUE
 */
export function readFailures(text: string): readonly string[] {
  const value = parse(text);
  if (Array.isArray(value)) return failuresOf(value);
  if (!isObject(value)) throw unreadable();
  const runs = value['check_runs'];
  if (Array.isArray(runs)) return failuresOf(runs);
  return failuresOf(
    Object.entries(value).map(([name, job]) => ({ name, result: isObject(job) ? job['result'] : undefined })),
  );
}

function failuresOf(jobs: readonly unknown[]): readonly string[] {
  const names = jobs.filter(isObject).flatMap(({ name, result, conclusion, status }) => {
    const outcome = result ?? conclusion ?? status;
    return typeof name === 'string' && typeof outcome === 'string' && FAILED.test(outcome) ? [name] : [];
  });
  return [...new Set(names)];
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

function unreadable(): AgentOsError {
  return new AgentOsError('BAD_VALUE', 'the results are not JSON that a host gives of its jobs', {
    hint: 'Give toJSON(needs), a list of check runs, or of GitLab jobs.',
  });
}
