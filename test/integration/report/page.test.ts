import { writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { formatHtml } from '../../../src/report/html.ts';
import { openChromium } from '../../support/chromium.ts';
import { lacksTool } from '../../support/processes.ts';
import { HOSTILE, HOSTILE_TEXT, sampleReport } from '../../support/sample-report.ts';
import { makeSandbox } from '../../support/sandbox.ts';

const SCREENS = [
  { width: 1200, scheme: 'light' },
  { width: 1200, scheme: 'dark' },
  { width: 960, scheme: 'light' },
  { width: 360, scheme: 'light' },
] as const;

describe.skipIf(lacksTool('chromium'))('the page in Chromium', () => {
  test('is quiet, loads nothing, and fits the screen, whatever people wrote', async () => {
    const pages = {
      ordinary: formatHtml(sampleReport()),
      hostile: formatHtml(sampleReport({ text: HOSTILE_TEXT })),
      unbroken: formatHtml(sampleReport({ text: 'x'.repeat(5000) })),
      crowded: formatHtml(sampleReport({ text: `${'W'.repeat(20)} `.repeat(20) })),
      large: formatHtml(sampleReport({ messages: 300, commits: 200 })),
    };
    for (const screen of SCREENS) {
      const context = await openChromium(screen);
      for (const [name, page] of Object.entries(pages)) {
        const { opened, events } = await show(context, page);
        expect(events, name).toEqual([]);
        const { width, overflow } = await measure(opened);
        expect({ name, width, overflow }).toEqual({ name, width: screen.width, overflow: [] });
        await opened.close();
      }
    }
  });

  test('breaks no token, id, name or heading of a table inside of a word, however much the others say', async () => {
    const context = await openChromium({ width: 1200, scheme: 'light' });
    const { opened } = await show(
      context,
      formatHtml(sampleReport({ text: 'A reason of some length. '.repeat(20) })),
    );
    const broken = await opened.evaluate(`[...document.querySelectorAll('th, td .word')].flatMap((one) => {
      const node = one.firstChild;
      return [...node.data.matchAll(/[^\\s-]+/g)].flatMap(({ 0: word, index }) => {
        const range = document.createRange();
        range.setStart(node, index);
        range.setEnd(node, index + word.length);
        return new Set([...range.getClientRects()].map(({ top }) => top)).size > 1 ? [word] : [];
      });
    })`);
    expect(broken).toEqual([]);
    const seen = await opened.evaluate(
      "[...document.querySelectorAll('td .word')].map((one) => one.innerText)",
    );
    expect(seen).toEqual(
      expect.arrayContaining(['#1795665218', 'aaaaaaaaaa', 'database-specialist', 'not reported']),
    );
  });

  test('shows hostile text as text', async () => {
    const context = await openChromium({ width: 1200, scheme: 'dark' });
    const { opened } = await show(context, formatHtml(sampleReport({ text: HOSTILE_TEXT })));
    const text = (await opened.evaluate('document.body.innerText')) as string;
    for (const line of HOSTILE.filter((one) => !one.includes('\u001b'))) expect(text).toContain(line);
    expect(text).toContain('\\x1b[31mred\\x1b]8;;https://evil.example\\x07 \\u{202e}gnp.exe');
    expect(await opened.title()).toMatch(/^Agents’ work in <script>/);
    const elements = await opened.evaluate(
      'document.querySelectorAll("script, img, iframe, object, main h1 ~ h1, a:not([href^=\\"#\\"])").length',
    );
    expect(elements).toBe(0);
  });

  test('draws bars and marks inside of their lanes, and none on top of a name', async () => {
    for (const screen of SCREENS) {
      const context = await openChromium(screen);
      const { opened } = await show(context, formatHtml(sampleReport()));
      const outside = await opened.evaluate(`[...document.querySelectorAll('.lane')].flatMap((lane) => {
        const track = lane.querySelector('.track').getBoundingClientRect();
        const shapes = lane.querySelectorAll('.session, .lock, circle, rect, path, text');
        return [...shapes].map((shape) => shape.getBoundingClientRect()).filter((box) =>
          box.left < track.left - 8 || box.right > track.right + 8 || box.top < track.top - 1 || box.bottom > track.bottom + 1);
      }).length`);
      expect(outside).toBe(0);
      expect(await opened.evaluate("document.querySelectorAll('.lane.of-session').length")).toBe(3);
      expect(await opened.evaluate("document.querySelectorAll('.lane.of-lock').length")).toBe(3);
    }
  });
});

/** A page opened from a file, and everything that it said or asked for beside itself. */
async function show(
  context: BrowserContext,
  text: string,
): Promise<{ opened: Page; events: readonly string[] }> {
  const sandbox = await makeSandbox();
  const file = sandbox.path('report.html');
  await writeFile(file, text);
  const url = pathToFileURL(file).href;
  const opened = await context.newPage();
  const events: string[] = [];
  opened.on('console', (message) => events.push(`${message.type()}: ${message.text()}`));
  opened.on('pageerror', (error) => events.push(`error: ${error.message}`));
  opened.on('dialog', (dialog) => events.push(`dialog: ${dialog.message()}`));
  opened.on('request', (request) => {
    if (request.url() !== url) events.push(`request: ${request.url()}`);
  });
  await opened.goto(url, { waitUntil: 'load' });
  return { opened, events };
}

/** The page's width, and what reaches over it. */
async function measure(page: Page): Promise<{ width: number; overflow: readonly string[] }> {
  return (await page.evaluate(`({
    width: document.documentElement.scrollWidth,
    overflow: [...document.querySelectorAll('main *:not(thead, thead *)')]
      .filter((one) => one.getBoundingClientRect().right > innerWidth + 0.5)
      .slice(0, 5)
      .map((one) => one.outerHTML.slice(0, 120)),
  })`)) as { width: number; overflow: readonly string[] };
}
