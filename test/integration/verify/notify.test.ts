import { expect, test } from 'vitest';
import { makeSandbox } from '../../support/sandbox.ts';
import { makeTeam } from '../cli/support/team.ts';

test('ci notify says passed only where a job has passed', async () => {
  const sandbox = await makeSandbox();
  const { ada } = await makeTeam(sandbox);
  await sandbox.commitFile(ada, 'a', '1', 'feat: a\n\nAgent-OS-Agent: ada');
  const notify = (results: unknown, exit: number) =>
    sandbox.json(ada, ['ci', 'notify', 'HEAD~1..HEAD', '--results', '-', '--agent', 'ci'], {
      input: JSON.stringify(results),
      exit,
    });
  for (const results of [[], {}, { check_runs: [] }])
    expect(await notify(results, 2)).toMatchObject({ error: { code: 'BAD_VALUE' } });
  const nothing = { messages: [], already: [] };
  expect(await notify({ test: { result: 'skipped' } }, 0)).toMatchObject(nothing);
  expect(await notify({ test: { result: 'success' }, docs: { result: 'skipped' } }, 0)).toMatchObject({
    messages: [{ to: 'ada', subject: expect.stringContaining('CI passed') }],
  });
});
