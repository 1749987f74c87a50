import { getAt } from '../domain/document/edit.ts';
import type { DocumentState } from '../domain/document/registers.ts';
import type { AgentName } from '../domain/names.ts';
import { isYamlMap, type YamlMap, type YamlValue } from '../domain/yaml.ts';

export interface CommandView {
  readonly name: string;
  /** Its arguments in words, as the definition writes them. */
  readonly args: string | null;
  readonly description: string | null;
}

export interface TriggerView {
  /** In words; what tells the triggers of one agent apart. */
  readonly when: string;
  readonly paths: readonly string[];
  readonly commits: readonly string[];
  readonly trailers: readonly string[];
}

export interface GateView {
  readonly name: string;
  readonly require: string | null;
}

/** An agent as `--json` shows it; an agent without a card has a name and nothing else. */
export interface AgentView {
  readonly name: AgentName;
  readonly hasCard: boolean;
  readonly description: string | null;
  readonly specialization: string | null;
  readonly color: string | null;
  readonly tools: readonly string[];
  /** Globs of the files that it answers for. */
  readonly owns: readonly string[];
  /** What it locks. */
  readonly resources: readonly string[];
  readonly commands: readonly CommandView[];
  readonly triggers: readonly TriggerView[];
  readonly coordinatesWith: readonly string[];
  readonly gates: readonly GateView[];
  /** Keys that sign for it, as the card writes them. */
  readonly keys: readonly string[];
  /** The Markdown of the definition. */
  readonly body: string | null;
}

/** A card as it is shown. People edit cards by hand: what is not of its kind is left out. */
export function viewCard(name: AgentName, state: DocumentState | null): AgentView {
  const value = state === null ? undefined : getAt(state, []);
  const card: YamlMap = isYamlMap(value) ? value : {};
  return {
    name,
    hasCard: Object.keys(card).length > 0,
    description: textOf(card['description']),
    specialization: textOf(card['specialization']),
    color: textOf(card['color']),
    tools: textsOf(card['tools']),
    owns: textsOf(card['owns']),
    resources: textsOf(card['resources']),
    commands: mapsOf(card['commands']).flatMap((item) => {
      const verb = textOf(item['name']);
      return verb === null
        ? []
        : [{ name: verb, args: textOf(item['args']), description: textOf(item['description']) }];
    }),
    triggers: mapsOf(card['triggers']).flatMap((item) => {
      const when = textOf(item['when']);
      const [paths, commits, trailers] = ['paths', 'commits', 'trailers'].map((key) => textsOf(item[key]));
      return when === null
        ? []
        : [{ when, paths: paths ?? [], commits: commits ?? [], trailers: trailers ?? [] }];
    }),
    coordinatesWith: textsOf(card['coordinates_with']),
    gates: mapsOf(card['gates']).flatMap((item) => {
      const gate = textOf(item['name']);
      return gate === null ? [] : [{ name: gate, require: textOf(item['require']) }];
    }),
    keys: textsOf(card['keys']),
    body: textOf(card['body']),
  };
}

function textOf(value: YamlValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function textsOf(value: YamlValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function mapsOf(value: YamlValue | undefined): readonly YamlMap[] {
  return Array.isArray(value) ? value.filter(isYamlMap) : [];
}
