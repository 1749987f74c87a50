import { type Check, ok, warn } from '../app/doctor-check.ts';
import type { HomeReport } from './home.ts';

/** What doctor says of the home folder: nothing where there is none. */
export function checkHome(report: HomeReport | null): readonly Check[] {
  if (report === null) return [];
  const { path, repository, isHere, unfiled } = report;
  const shown = repository === null ? `${path} shows no repository` : `${path} shows ${repository}`;
  return [
    isHere || repository !== null ? ok('home', shown) : warn('home', shown, { fix: 'agent-os home' }),
    ...unfiled.map((name) =>
      warn('unfiled', `${name} was written into ${path}, and may belong to another repository`, {
        fix: `In the right one: agent-os home --file '${name.replaceAll("'", "'\\''")}'`,
        data: { path: `${path}/unfiled/${name}` },
      }),
    ),
  ];
}
