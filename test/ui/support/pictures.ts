import { join } from 'node:path';
import type { Page } from 'playwright-core';

const FOLDER = join(__dirname, '..', '..', '..', 'docs', 'pictures');

/** A part of the page, in pixels. */
interface Area {
  top: number;
  height: number;
}

/** Takes a picture for the README, where one is asked for (`npm run pictures`). */
export async function takePicture(page: Page, name: string, { top, height }: Area): Promise<void> {
  if (process.env.PICTURES !== '1') return;
  const width = page.viewportSize()?.width ?? 0;
  const clip = { x: 0, y: top, width, height };
  await page.screenshot({ path: join(FOLDER, `${name}.png`), clip, animations: 'disabled' });
}
