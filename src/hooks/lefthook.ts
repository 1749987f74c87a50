import { isMap, isSeq, parseDocument } from 'yaml';
import { type Hook, hookCommand } from './hook-text.ts';

/** The configurations that lefthook reads, and the personal one beside each. */
export const LEFTHOOK_FILES: readonly (readonly [main: string, own: string])[] = [
  ['lefthook.yml', 'lefthook-local.yml'],
  ['lefthook.yaml', 'lefthook-local.yaml'],
  ['.lefthook.yml', '.lefthook-local.yml'],
  ['.lefthook.yaml', '.lefthook-local.yaml'],
];

/** The job's name, by which it is found again. */
export const JOB = 'agent-os';

/**
 * The personal configuration with a job for each hook; comments and order stay. Without hooks: with none.
 * @returns null when nothing is left in it; the text as it was when it is no map that could be edited
 */
export function editLefthook(text: string | null, hooks: readonly Hook[]): string | null {
  const document = parseDocument(text ?? '');
  if (document.errors.length > 0 || (document.contents !== null && !isMap(document.contents))) return text;
  const names = isMap(document.contents) ? document.contents.items.map(({ key }) => String(key)) : [];
  for (const name of names) removeJob(document, name);
  for (const hook of hooks) {
    const stdin = hook === 'pre-push' || hook === 'post-rewrite';
    const job = { name: JOB, run: `${hookCommand(hook)} {0}`, ...(stdin && { use_stdin: true }) };
    const jobs = document.getIn([hook, 'jobs']);
    if (isSeq(jobs)) jobs.add(document.createNode(job));
    else document.setIn([hook, 'jobs'], document.createNode([job]));
  }
  const isEmpty = !isMap(document.contents) || document.contents.items.length === 0;
  return isEmpty ? null : document.toString({ lineWidth: 0 });
}

/** Whether the personal configuration has the job for a hook. */
export function hasLefthookJob(text: string, hook: Hook): boolean {
  const jobs = parseDocument(text).getIn([hook, 'jobs']);
  return isSeq(jobs) && jobs.items.some((job) => isMap(job) && job.get('name') === JOB);
}

function removeJob(document: ReturnType<typeof parseDocument>, hook: string): void {
  const jobs = document.getIn([hook, 'jobs']);
  if (!isSeq(jobs)) return;
  const before = jobs.items.length;
  jobs.items = jobs.items.filter((job) => !(isMap(job) && job.get('name') === JOB));
  if (jobs.items.length > 0 || before === 0) return;
  document.deleteIn([hook, 'jobs']);
  const left = document.get(hook);
  if (isMap(left) && left.items.length === 0) document.delete(hook);
}
