import type { Locator, Page } from 'playwright-core';
import { until } from '../../support/until';

/** What a person does in Temporal's UI, by the words that the person sees. Each step waits until it has worked. */
export class TemporalUi {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  private get workflows(): string {
    return `${process.env.TEST_TEMPORAL_UI}/namespaces/default/workflows`;
  }

  async openList(): Promise<void> {
    await this.page.goto(this.workflows);
    await this.table.waitFor();
  }

  get table(): Locator {
    return this.page.getByRole('table', { name: 'Workflows' });
  }

  /** The cells of a job's row under these headings; what is not there yet is awaited by the caller. */
  async row(jobId: string, headings: readonly string[]): Promise<string[]> {
    const all = await this.table.getByRole('columnheader').allInnerTexts();
    const cells = await this.table
      .getByRole('row')
      .filter({ has: this.page.getByRole('link', { name: jobId, exact: true }) })
      .getByRole('cell')
      .allInnerTexts();
    return headings.map((heading) => cells[all.findIndex((text) => text.trim() === heading)]?.trim() ?? '');
  }

  async chooseColumns(change: { add: readonly string[]; remove: readonly string[] }): Promise<void> {
    // The one button on the way that has no name.
    await this.page.getByTestId('workflows-summary-table-configuration-button').click();
    for (const name of change.remove) await this.button(`Remove ${name} column`).click();
    for (const name of change.add) await this.button(`Add ${name} column`).click();
    await this.button('Close Workflows Table configuration').click();
    for (const name of change.add)
      await this.table.getByRole('columnheader', { name, exact: true }).waitFor();
  }

  async filterBy(attribute: string, value: string): Promise<void> {
    await this.button('Add Filter').click();
    await this.page.getByRole('menuitem', { name: attribute }).click();
    const form = this.page.getByRole('menu', { name: `Filter by ${attribute}` });
    await form.getByRole('textbox', { name: 'Value' }).fill(value);
    await form.getByRole('button', { name: 'Apply' }).click();
    await form.waitFor({ state: 'hidden' });
    // The filter stands in the address; only from then on it outlives a reload.
    await this.page.waitForURL((url) => url.searchParams.get('query')?.includes(attribute) ?? false);
  }

  /** Opens a job from the list. */
  async openJob(jobId: string): Promise<void> {
    await this.openList();
    await this.table.getByRole('link', { name: jobId, exact: true }).click();
    await this.page.getByRole('heading', { name: jobId }).waitFor();
  }

  async openTab(name: string): Promise<void> {
    const tab = this.page.getByRole('tab', { name });
    await tab.click();
    await this.page.getByRole('tab', { name, selected: true }).waitFor();
  }

  /** A panel of the tab "User Metadata": Markdown in a frame below its heading. */
  async panel(heading: 'Summary' | 'Details' | 'Current Details'): Promise<string> {
    await this.openTab('User Metadata');
    const title = this.page.getByRole('heading', { name: heading, exact: true });
    const frame = title.locator('xpath=following::iframe[1]');
    return frame.contentFrame().locator('body').innerText();
  }

  /** The same once it says so, refreshed with the key that the UI names for it. */
  async currentDetails(expected: string): Promise<string> {
    return until(`Current Details to say: ${expected}`, async () => {
      await this.page.keyboard.press('r');
      const text = await this.panel('Current Details');
      return text.includes(expected) && text;
    });
  }

  async requestCancellation(): Promise<void> {
    await this.button('Request Cancellation').click();
    const dialog = this.page.getByRole('dialog', { name: 'Cancel Workflow' });
    await dialog.getByRole('button', { name: 'Confirm' }).click();
    await dialog.waitFor({ state: 'hidden' });
  }

  /** The one that is open. */
  get dialog(): Locator {
    return this.page.getByRole('dialog').filter({ visible: true });
  }

  async openMenu(): Promise<void> {
    await this.button('More Actions').click();
    await this.page.getByRole('menuitem', { name: 'Send a Signal' }).waitFor();
  }

  async openAction(action: 'Send a Signal' | 'Send an Update' | 'Terminate'): Promise<Locator> {
    await this.openMenu();
    await this.page.getByRole('menuitem', { name: action }).click();
    await this.dialog.waitFor();
    return this.dialog;
  }

  /** Opens the dialog with its menu of names; answers the menu's lines. */
  async openNames(action: 'Send a Signal' | 'Send an Update'): Promise<Locator> {
    const dialog = await this.openAction(action);
    // They come from a worker, by a query: until then there is a free field instead.
    await dialog.getByRole('button', { name: /^Select an? / }).click();
    const names = dialog.getByRole('option');
    await names.first().waitFor();
    return names;
  }

  async closeDialog(): Promise<void> {
    await this.dialog.getByRole('button', { name: 'Cancel' }).last().click();
    await this.dialog.waitFor({ state: 'hidden' });
  }

  async send(action: 'Send a Signal' | 'Send an Update', name: string, data?: unknown): Promise<void> {
    const names = await this.openNames(action);
    const dialog = this.page.getByRole('dialog', { name: action });
    await names.filter({ hasText: new RegExp(`^\\s*${name}\\b`) }).click();
    if (data !== undefined) await this.enterData(dialog, data);
    await dialog.getByRole('button', { name: 'Submit' }).click();
    await dialog.waitFor({ state: 'hidden' });
  }

  /** Without a worker nobody tells the UI the names, so the person types one. */
  async sendByName(action: 'Send a Signal' | 'Send an Update', name: string): Promise<void> {
    const dialog = await this.openAction(action);
    // The first field, which has no name of its own; the second is the data.
    await dialog.getByRole('textbox').first().fill(name);
    await dialog.getByRole('button', { name: 'Submit' }).click();
    await dialog.waitFor({ state: 'hidden' });
  }

  private async enterData(dialog: Locator, data: unknown): Promise<void> {
    const editor = dialog.locator('[role=textbox][contenteditable=true]');
    await editor.pressSequentially(JSON.stringify(data));
    // Leaving the field formats it and moves the buttons; a click that comes meanwhile is lost (seen with 2.42.1).
    await editor.blur();
    const formatted = JSON.stringify(data, undefined, 2);
    await until('the data to be formatted', async () => (await editor.innerText()).trim() === formatted);
  }

  /** Waits for the badge beside the job's name, which the UI brings up to date by itself. */
  async untilStatus(status: 'Running' | 'Completed' | 'Terminated'): Promise<void> {
    await this.page.getByRole('main').getByText(status, { exact: true }).first().waitFor();
  }

  /** What the tab "History" shows as the job's result. */
  get result(): Locator {
    return this.page
      .getByRole('heading', { name: 'Result', exact: true })
      .locator('xpath=following::*[@role="textbox"][1]');
  }

  private button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }
}
