import type { Workspace } from '../app/workspace.ts';
import type { AgentName } from '../domain/names.ts';
import type { Filing, Writing } from '../view/filing.ts';
import { namesAgent } from '../view/recap-author.ts';
import type { HomeFolder } from './home-folder.ts';
import type { HomeRepository } from './registry.ts';

/** Agents with a live session in a repository of this machine. */
export type LiveAgents = (repository: HomeRepository) => Promise<readonly AgentName[]>;

export interface FilingInput {
  readonly folder: HomeFolder;
  readonly here: HomeRepository;
  /** The other repositories that the home folder knows. */
  readonly others: readonly HomeRepository[];
  readonly workspace: Pick<Workspace, 'clone' | 'hash' | 'objects'>;
  readonly live: LiveAgents;
  /** Told of each repository that was given something. */
  readonly handed: (repository: HomeRepository) => void;
}

/**
 * Where a writing in the home folder belongs. A copy of the project state says so itself. A log or a recap belongs to
 * the repository whose view it was written into if no other one is at work, or if its agent is at work in that one
 * alone. Everything else is kept in `unfiled`, never guessed.
 */
export function openFiling({ folder, here, others, workspace, live, handed }: FilingInput): Filing {
  const known = new Map<HomeRepository, Promise<readonly AgentName[]>>();
  const liveIn = (repository: HomeRepository) => {
    const found = known.get(repository) ?? live(repository);
    known.set(repository, found);
    return found;
  };
  const setAside = (writing: Writing, why: string): string =>
    `${why}: kept in ${folder.setAside(unfiledName(writing, workspace.hash), writing.text)}`;

  return {
    async file(writing) {
      if (writing.kind === 'state' && writing.origin !== null) {
        const { repo, base } = writing.origin;
        if (repo === workspace.clone) return null;
        const owner = others.find(({ clone }) => clone === repo);
        if (owner !== undefined) {
          folder.hand(owner.folder, `state-${workspace.hash(writing.text).slice(0, 26)}`, writing.text);
          handed(owner);
          return `this copy of the project state belongs to ${owner.workTree} and went there`;
        }
        if ((await workspace.objects.reader.commit(base)) !== null) return null;
        return setAside(writing, 'this copy of the project state belongs to a repository that is not known');
      }
      const elsewhere = (await Promise.all(others.map(liveIn))).flat();
      if (elsewhere.length === 0) return null;
      const isNamed = (agent: AgentName): boolean => isAuthor(writing, agent);
      const isHere = (await liveIn(here)).some(isNamed);
      if (isHere && !elsewhere.some(isNamed)) return null;
      return setAside(writing, 'several repositories are at work, and this may belong to another one');
    },
  };
}

function isAuthor(writing: Writing, agent: AgentName): boolean {
  if (writing.kind === 'log') return writing.agent === agent;
  return writing.kind === 'recap' && namesAgent(writing.name, agent);
}

/** The same for the same writing. A log's name says whose it is. */
function unfiledName(writing: Writing, hash: (text: string) => string): string {
  const digest = hash(`${writing.kind === 'log' ? writing.start : ''} ${writing.text}`).slice(0, 16);
  if (writing.kind === 'log') return `log.${writing.agent}.${digest}.log`;
  if (writing.kind === 'state') return `state.${digest}.json`;
  return `recap.${writing.name
    .replace(/\.md$/, '')
    .replace(/[^A-Za-z0-9_-]/g, '_')
    .slice(0, 80)}.${digest}.md`;
}
