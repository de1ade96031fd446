'use strict';
// `npm run bench`: plain Node over the TypeScript sources; the workers it starts are separate processes.
require('../test/support/typescript-hook.cjs').register();
void require('./run-bench.ts').runBench(process.argv.slice(2));
