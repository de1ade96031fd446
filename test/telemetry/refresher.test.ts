import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const HOOK = join(__dirname, '..', 'support', 'typescript-hook.cjs');
const SOURCE = join(__dirname, '..', '..', 'src', 'telemetry', 'refresher.ts');

/** Refreshes often, of sources that never answer, and then stops. In a process of its own: a warning is Node's own text. */
const SCRIPT = `
  require(${JSON.stringify(HOOK)}).register();
  const { startRefresher } = require(${JSON.stringify(SOURCE)});
  let refreshes = 0;
  const away = async () => { refreshes += 1; throw new Error('away'); };
  const sources = { temporal: {}, ledger: { countEnded: away, readyExports: away }, tenants: [] };
  const refresher = startRefresher({}, sources, { warn: () => undefined }, 1);
  const look = setInterval(() => {
    if (refreshes < 30) return;
    clearInterval(look);
    refresher.stop().then(() => console.log('stopped'));
  }, 5);`;

it('refreshes for a long time without a word of Node’s about its listeners, and stops', () => {
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', SCRIPT], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect({ stdout, stderr }).toEqual({ stdout: 'stopped\n', stderr: '' });
});
