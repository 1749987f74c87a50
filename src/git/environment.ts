/**
 * What binds a process to one repository, index or quarantine: `git rev-parse --local-env-vars` of git 2.39, without
 * the configuration variables (they carry the user's `git -c` and a CI's credentials, and this is the repository that
 * they were meant for), with GIT_QUARANTINE_PATH, under which git refuses every ref update.
 */
const BOUND_TO_A_REPOSITORY = [
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_CONFIG',
  'GIT_OBJECT_DIRECTORY',
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_IMPLICIT_WORK_TREE',
  'GIT_GRAFT_FILE',
  'GIT_INDEX_FILE',
  'GIT_NO_REPLACE_OBJECTS',
  'GIT_REPLACE_REF_BASE',
  'GIT_PREFIX',
  'GIT_INTERNAL_SUPER_PREFIX',
  'GIT_SHALLOW_FILE',
  'GIT_COMMON_DIR',
  'GIT_QUARANTINE_PATH',
] as const;

/** Nothing may ask a question: neither on the terminal, nor in a window. A GIT_ASKPASS that the user set is kept. */
const NO_QUESTIONS = {
  GIT_TERMINAL_PROMPT: '0',
  SSH_ASKPASS_REQUIRE: 'never',
  GCM_INTERACTIVE: 'never',
} as const;

const BATCH_MODE = '-o BatchMode=yes';

/**
 * The environment of a git that works for agent-os: this repository only, plain English, no questions, no replaced
 * objects, no lock on the user's index for the sake of a read.
 */
export function ownEnvironment(ambient: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = { ...ambient };
  for (const name of BOUND_TO_A_REPOSITORY) delete environment[name];
  delete environment['SSH_ASKPASS'];
  return {
    ...environment,
    ...NO_QUESTIONS,
    LC_ALL: 'C',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_NO_LAZY_FETCH: '1',
  };
}

/** The user's environment as it is, for a git that runs the user's own hooks: only questions are ruled out. */
export function userEnvironment(ambient: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...ambient, ...NO_QUESTIONS };
}

/**
 * The variable that keeps ssh from asking for a password or a host key. A command of the user (GIT_SSH_COMMAND, else
 * `core.sshCommand`) is kept and extended when it is an `ssh`; another program is left alone, its options are its own.
 */
export function quietSsh(ambient: NodeJS.ProcessEnv, configured: string | null): NodeJS.ProcessEnv {
  const command = ambient['GIT_SSH_COMMAND'] ?? configured;
  if (command === null)
    return ambient['GIT_SSH'] === undefined ? { GIT_SSH_COMMAND: `ssh ${BATCH_MODE}` } : {};
  const isSsh = /^\s*(?:"[^"]*\/|'[^']*\/|\S*\/)?ssh(?:\.exe)?["']?(?:\s|$)/.test(command);
  return isSsh && !/BatchMode/i.test(command) ? { GIT_SSH_COMMAND: `${command} ${BATCH_MODE}` } : {};
}
