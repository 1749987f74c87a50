import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { requireTool } from './processes.ts';

/** Debian's Chromium, which makes no connection of its own; its profile is gone with the test. */
export async function openChromium(options: {
  readonly width: number;
  readonly scheme: 'light' | 'dark';
}): Promise<BrowserContext> {
  requireTool('chromium');
  const profile = await mkdtemp(join(tmpdir(), 'agent-os-chromium-'));
  const quiet = ['disable-background-networking', 'disable-component-update', 'disable-sync', 'disable-quic'];
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: '/usr/bin/chromium',
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', ...quiet.map((name) => `--${name}`)],
    viewport: { width: options.width, height: 800 },
    colorScheme: options.scheme,
    timeout: 120_000,
  });
  context.setDefaultTimeout(120_000);
  onTestFinished(async () => {
    await context.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });
  return context;
}
