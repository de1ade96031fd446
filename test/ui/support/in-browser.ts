import type { Browser } from 'playwright-core';
import { openBrowser, openPage } from './browser';
import { TemporalUi } from './temporal-ui';

/** One browser for a test file, and for each test a page of somebody who was never there. */
export function inBrowser(give: (ui: TemporalUi) => void): void {
  let browser: Browser | undefined;
  let ui: TemporalUi | undefined;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  beforeEach(async () => {
    if (browser === undefined) throw new Error('There is no browser');
    ui = new TemporalUi(await openPage(browser));
    give(ui);
  });
  afterEach(() => ui?.page.context().close());
  afterAll(() => browser?.close());
}
