import { AgentOsError } from '../domain/errors.ts';
import { quoted } from '../domain/names.ts';

/** A remote that git does not know here. @param names - those that it knows */
export function noSuchRemote(wanted: string, names: readonly string[]): AgentOsError {
  return new AgentOsError('BAD_VALUE', `there is no remote ${quoted(wanted)} in this repository`, {
    hint:
      names.length === 0
        ? `Add it: \`git remote add ${wanted} URL\`.`
        : `Name one of them: ${names.slice(0, 10).join(', ')}.`,
    data: { remote: wanted, remotes: names },
  });
}
