import { basename, dirname } from 'node:path';
import { type CloneId, slug } from '../domain/names.ts';
import type { RepositoryPaths } from '../domain/ports.ts';

/** A repository that the home folder knows. Paths are absolute. */
export interface HomeRepository {
  /** Its folder below `views/`. */
  readonly folder: string;
  readonly clone: CloneId;
  readonly commonDir: string;
  /** The work tree that people know it by. */
  readonly workTree: string;
}

/** A clone as it is found now. */
export interface Place {
  readonly clone: CloneId;
  readonly paths: RepositoryPaths;
}

/** The repositories of a document that an earlier command has kept; entries that make no sense are left out. */
export function parseRegistry(document: unknown): readonly HomeRepository[] {
  const known =
    typeof document === 'object' && document !== null && 'repositories' in document
      ? document.repositories
      : [];
  return Array.isArray(known) ? known.filter(isRepository) : [];
}

/** The entry of a clone: by where it is, else, when it was moved, by its identity. */
export function findRepository(
  known: readonly HomeRepository[],
  { clone, paths }: Place,
): HomeRepository | null {
  const here = known.find(({ commonDir }) => commonDir === paths.commonDir);
  return here ?? known.find((repository) => repository.clone === clone) ?? null;
}

/** The entries with one for this clone as it is now. A clone keeps the folder that it was given first. */
export function register(
  known: readonly HomeRepository[],
  place: Place,
): { readonly repositories: readonly HomeRepository[]; readonly here: HomeRepository } {
  const { clone, paths } = place;
  const before = findRepository(known, place);
  // Not the linked worktree that happens to be the current one, where there is a main one.
  const isMain = paths.gitDir === paths.commonDir;
  const main = basename(paths.commonDir) === '.git' ? dirname(paths.commonDir) : null;
  const workTree = (isMain ? paths.workTree : main) ?? paths.workTree ?? paths.commonDir;
  const name = slug(basename(workTree)) ?? 'repository';
  const here = {
    folder: before?.folder ?? `${name.slice(0, 40)}-${clone}`,
    clone,
    commonDir: paths.commonDir,
    workTree,
  };
  return { repositories: [...known.filter((repository) => repository !== before), here], here };
}

function isRepository(value: unknown): value is HomeRepository {
  if (typeof value !== 'object' || value === null) return false;
  const { folder, clone, commonDir, workTree } = value as Partial<Record<keyof HomeRepository, unknown>>;
  const isText = [clone, commonDir, workTree].every((text) => typeof text === 'string' && text !== '');
  return isText && typeof folder === 'string' && /^[a-z0-9][a-z0-9_-]*$/.test(folder);
}
