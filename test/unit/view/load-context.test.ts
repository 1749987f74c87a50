import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { hashText } from '../../../src/system/ids.ts';
import { isRendered, readScript, renderScript } from '../../../src/view/load-context.ts';
import { findPackageFile } from '../../../src/view/package-file.ts';

test.each(['/plain/agent-os.js', `/it's "odd"/$HOME/\`x\`/$&/a\nb.js`])(
  'paths arrive as they are: %j',
  (launcher) => {
    const script = renderScript(
      "printf '%s|%s' '@launcher@' '@node@'",
      { launcher, node: '/n/node' },
      hashText,
    );
    expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' })).toBe(`${launcher}|/n/node`);
  },
);

test('a script is known as rendered by any version, and no more once a character of it is another', () => {
  const script = renderScript('x\n', { launcher: '/a', node: '/b' }, hashText);
  expect(isRendered(script, hashText)).toBe(true);
  expect(isRendered(`${script}y`, hashText)).toBe(false);
  expect(isRendered('x\n', hashText)).toBe(false);
});

test('the package has the script and the program that it starts', () => {
  const script = readScript(hashText) ?? '';
  const launcher = findPackageFile('bin/agent-os.js') ?? '';
  expect(existsSync(launcher)).toBe(true);
  expect(script).toContain(`launcher='${launcher}'`);
  expect(script).not.toMatch(/@launcher@|@node@/);
  expect(findPackageFile('no/such/file')).toBeNull();
});
