import { appendState, setState, type Which } from '../../app/state.ts';
import type { CommandGroup, CommandSpec, Invocation, OptionSpec } from '../command-spec.ts';
import { AS, changeValue, editDocument, showValue, VALUE } from '../document-commands.ts';
import { given } from '../given.ts';

const DOCUMENT: OptionSpec = {
  flags: '--document <name>',
  description: 'another file of state/, such as roadmap; otherwise project',
};

const PATH = { name: 'path', description: 'dotted, for example critical_context.current_focus' };

const get: CommandSpec = {
  name: 'get',
  summary: 'show the project state, or the value at a path of it',
  view: 'read',
  arguments: [{ ...PATH, optional: true }],
  options: [DOCUMENT],
  examples: ['agent-os state get', 'agent-os state get critical_context.current_focus'],
  run: (invocation) => showValue(invocation, whichOf(invocation)),
};

const set: CommandSpec = {
  name: 'set',
  summary: 'set the value at a path of the project state',
  view: 'write',
  arguments: [PATH, VALUE],
  options: [AS, DOCUMENT],
  examples: [
    "agent-os state set critical_context.current_focus 'User authentication'",
    "agent-os state set limits '{requests: 100, burst: 20}'",
  ],
  run: (invocation) => changeValue(invocation, whichOf(invocation), { apply: setState }),
};

const append: CommandSpec = {
  name: 'append',
  summary: 'add one item to a list of the project state',
  view: 'write',
  arguments: [PATH, VALUE],
  options: [AS, DOCUMENT],
  examples: ["agent-os state append critical_context.recent_changes 'Added the users table'"],
  run: (invocation) => changeValue(invocation, whichOf(invocation), { apply: appendState }),
};

const edit: CommandSpec = {
  name: 'edit',
  summary: 'edit the project state in your editor',
  view: 'write',
  description:
    'Edit the project state, comments included, in $VISUAL or $EDITOR. What differs is what gets written.',
  options: [DOCUMENT],
  examples: ['agent-os state edit', 'EDITOR=nano agent-os state edit --document roadmap'],
  run: (invocation) => editDocument(invocation, whichOf(invocation), { command: 'state' }),
};

export const command: CommandGroup = {
  name: 'state',
  summary: 'show and change the project state',
  subcommands: [get, set, append, edit],
  fallback: 'get',
};

function whichOf({ values }: Invocation): Which {
  return given({ document: values.optional('document') });
}
