/**
 * What the bundle takes for node:child_process. Loading that takes a tenth of Node's start, and a command that reads a
 * few records needs no other program; commander loads it for subcommands that are programs, which agent-os has none of.
 */
export const spawn = (...call) => process.getBuiltinModule('node:child_process').spawn(...call);
export const execFileSync = (...call) => process.getBuiltinModule('node:child_process').execFileSync(...call);
