import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { VIEW } from './browser';

const FOLDER = join(__dirname, '..', '..', '..', 'docs', 'pictures');

/** A part of the page, in pixels. */
interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The UI's own navigation on the left, which says nothing about jobs. */
const NAVIGATION_PX = 64;

/** The whole width from some height on, without the navigation. */
export function strip(y: number, height: number): Area {
  return { x: NAVIGATION_PX, y, width: VIEW.width - NAVIGATION_PX, height };
}

/** Takes a picture for the README, where one is asked for (`npm run pictures`). */
export async function takePicture(page: Page, name: string, area: Area | null): Promise<void> {
  if (process.env.PICTURES !== '1') return;
  if (area === null) throw new Error(`Nothing is there to take a picture of: ${name}`);
  await page.screenshot({ path: join(FOLDER, `${name}.png`), clip: area, animations: 'disabled' });
}
