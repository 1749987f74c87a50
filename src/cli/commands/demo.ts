import type { CommandSpec } from '../command-spec.ts';
import { buildStage } from '../demo/stage.ts';
import { playStory } from '../demo/story.ts';
import { findLauncher } from '../launcher.ts';
import { good, strong } from '../text.ts';

export const command: CommandSpec = {
  name: 'demo',
  summary: 'play the whole protocol with two agents in a temporary folder',
  examples: ['agent-os demo'],
  async run({ env, show }) {
    const { runCaptured } = await import('../../compose.ts');
    const launcher = findLauncher();
    if (launcher === null) throw new Error('bin/agent-os.js is missing from this package');
    const stage = await buildStage({ launcher, run: runCaptured, show, env });
    await playStory(stage);
    show(
      '',
      [good(`All ${stage.proofs} claims were proved with plain git.`)],
      ['Look around: ', strong(`cd ${stage.folder}/backend && agent-os status`)],
      ['The story of a lock: ', strong('git log refs/agent-os/remote/origin/locks/database-schema')],
      ['Your own repository: ', strong('cd ~/my-repository && agent-os init')],
      ['When you are done: ', strong(`rm -rf ${stage.folder}`)],
    );
    return { data: { folder: stage.folder, proofs: stage.proofs } };
  },
};
