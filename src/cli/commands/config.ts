import { findUnknownPolicy, POLICY } from '../../app/policy.ts';
import { appendState, setState } from '../../app/state.ts';
import type { YamlValue } from '../../domain/yaml.ts';
import type { CommandGroup, CommandSpec } from '../command-spec.ts';
import { AS, changeValue, editDocument, showValue, VALUE } from '../document-commands.ts';
import { type Line, warn } from '../text.ts';

const PATH = { name: 'path', description: 'dotted, for example guards.locks' };
const WHICH = { document: POLICY };

const get: CommandSpec = {
  name: 'get',
  summary: 'show the policy, or the value at a path of it',
  arguments: [{ ...PATH, optional: true }],
  examples: ['agent-os config get', 'agent-os config get guards'],
  run: (invocation) => showValue(invocation, WHICH),
};

const set: CommandSpec = {
  name: 'set',
  summary: 'set the value at a path of the policy',
  description:
    'Set one value of config.yaml on the branch, as an operation: it is signed where operations are.',
  arguments: [PATH, VALUE],
  options: [AS],
  examples: [
    'agent-os config set locks.ttl 4h',
    "agent-os config set resources.database-schema.paths '[db/**, schema.sql]'",
  ],
  run: (invocation) => changeValue(invocation, WHICH, { apply: setState, advise }),
};

const append: CommandSpec = {
  name: 'append',
  summary: 'add one item to a list of the policy',
  arguments: [PATH, VALUE],
  options: [AS],
  examples: ["agent-os config append guards.exempt_paths 'docs/**'"],
  run: (invocation) => changeValue(invocation, WHICH, { apply: appendState, advise }),
};

const edit: CommandSpec = {
  name: 'edit',
  summary: 'edit the policy in your editor',
  description:
    'Edit config.yaml of the branch, comments included, in $VISUAL or $EDITOR. What differs is what gets written.',
  examples: ['agent-os config edit'],
  run: (invocation) => editDocument(invocation, WHICH, { command: 'config', advise }),
};

export const command: CommandGroup = {
  name: 'config',
  summary: "show and change the team's policy, config.yaml of the branch",
  subcommands: [get, set, append, edit],
  fallback: 'get',
};

/** A misspelt key would be a policy that nobody follows. */
function advise(policy: YamlValue): readonly Line[] {
  return findUnknownPolicy(policy).map((path): Line => {
    return [warn('odd: '), `${path} has no effect: this version of agent-os does not know it`];
  });
}
