import { admissionPage } from '../../src/domain/admission-page';
import { applyReports, emptyAdmission } from '../../src/domain/admission-state';
import { code } from '../../src/domain/markdown';
import { statusPage } from '../../src/domain/status-page';

const MARKUP = [
  '![i](https://evil.example/i.png) [l](https://evil.example "t") <img src=x onerror=1> <a href=x>y</a>',
  'https://evil.example www.evil.example a@evil.example <https://evil.example>',
  '``` | ` \\` \\| $x$ [^1] **b** # h',
  '',
  '# heading',
  '[l]: https://evil.example',
  '| a | b |',
].join('\n');

/** As the UI has its own server do it. */
async function rendered(content: string): Promise<string> {
  const query = new URLSearchParams({ content });
  const answer = await fetch(`${process.env.TEST_TEMPORAL_UI}/render?${query.toString()}`);
  const html = await answer.text();
  return html.slice(html.indexOf('<body'));
}

const elements = (html: string) =>
  [...html.matchAll(/<(a|img|h\d|script|iframe)\b/g)].map(([, name]) => name);

it('the server makes links, images and headings of such texts where nobody prevents it', async () => {
  expect(elements(await rendered(MARKUP))).toEqual(expect.arrayContaining(['a', 'img', 'h1']));
});

it.each([
  [
    'the status page of a job',
    statusPage({
      jobId: MARKUP,
      kind: 'export',
      tenant: 'default',
      state: 'RUNNING',
      cancel: { disposition: 'NOT_ASKED', requests: [], requestsTotal: 0, attempts: 0 },
      remote: { matterId: MARKUP, exportId: MARKUP, operationName: MARKUP, children: [] },
      polls: 0,
      blocked: { on: 'vault', since: '2026-11-01T10:00:00Z', during: 'watch', detail: MARKUP },
      advice: 'Nothing to do.',
      startedAt: '2026-11-01T10:00:00Z',
    }),
  ],
  [
    'the page of the queue',
    admissionPage(
      applyReports(emptyAdmission(), [{ type: 'STARTED', jobId: MARKUP, runId: 'r', startedAtMs: 0 }], 1),
      1,
    ),
  ],
  ['a summary', `export: ${code(MARKUP)}`],
])('%s holds none of them', async (_what, page) => {
  const html = await rendered(page);
  expect(elements(html)).toEqual([]);
  expect(html).toContain('evil.example');
});
