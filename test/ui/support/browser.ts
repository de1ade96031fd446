import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Offline and without what a desktop needs; a container's root has no sandbox. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const VIEW = { width: 1280, height: 900 };

/** Long enough for a loaded machine. Nothing depends on how long it takes. */
const PATIENCE_MS = 120_000;

/** The system's Chromium with a profile of its own, which goes when it is closed. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), args: FLAGS, timeout: PATIENCE_MS });
}

/** A person who sees the UI for the first time: no columns chosen, no theme. */
export async function openPage(browser: Browser): Promise<Page> {
  const page = await browser.newPage({ viewport: VIEW });
  page.setDefaultTimeout(PATIENCE_MS);
  return page;
}

function findChromium(): string {
  const named = process.env.CHROMIUM;
  const folders = (process.env.PATH ?? '').split(delimiter);
  const candidates = named ? [named] : folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found === undefined) {
    throw new Error('There is no Chromium: install one (apt-get install chromium), or name it with CHROMIUM');
  }
  return found;
}
