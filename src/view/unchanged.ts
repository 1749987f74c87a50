import { type AgentName, isAgentName, type Oid } from '../domain/names.ts';
import { type ViewFiles, WORK_FOLDER } from './files.ts';
import { isConsumed, isLogName, logFile } from './log-file.ts';
import type { Memory } from './memory.ts';
import { isRecapName } from './recap-part.ts';
import { isKnown } from './round.ts';
import { STATE_FILE } from './state-part.ts';

/**
 * Whether a refresh would find nothing to do, as far as names and stamps tell: the branch is where it was when it was
 * rendered last, every file is known, and nothing waits to be looked at once more.
 * @throws AgentOsError BAD_NAME when something else stands where a folder belongs
 */
export function isUnchanged(memory: Memory, tip: Oid, files: ViewFiles): boolean {
  return (
    memory.tip === tip &&
    files.list(WORK_FOLDER).length === 0 &&
    isKnownFile(memory, files, STATE_FILE) &&
    files.list('logs').every((name) => isKnownLog(memory, files, name)) &&
    files.list('recaps').every((name) => isKnownRecap(memory, files, name)) &&
    [
      ...Object.keys(memory.files),
      ...Object.keys(memory.logs).map((agent) => logFile(agent as AgentName)),
    ].every((path) => files.stat(path) !== null)
  );
}

function isKnownFile(memory: Memory, files: ViewFiles, path: string): boolean {
  const found = files.stat(path);
  return found?.kind === 'file' && isKnown(memory.files[path], found.stamp);
}

function isKnownLog(memory: Memory, files: ViewFiles, name: string): boolean {
  if (!isLogName(name)) return true;
  const agent = name.slice(0, -'.log'.length);
  const found = files.stat(`logs/${name}`);
  return found?.kind === 'file' && isAgentName(agent) && isConsumed(memory.logs[agent], found.stamp);
}

function isKnownRecap(memory: Memory, files: ViewFiles, name: string): boolean {
  const path = `recaps/${name}`;
  if (!isRecapName(name)) return true;
  const isAlias = files.stat(path)?.kind === 'link' && files.link(path).inside;
  return isAlias || isKnownFile(memory, files, path);
}
