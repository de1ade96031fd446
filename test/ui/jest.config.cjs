const { jest } = require('../../package.json');

/** Apart from the other tests, because it needs Chromium. */
module.exports = {
  ...jest,
  rootDir: '../..',
  roots: ['<rootDir>/test/ui'],
  testPathIgnorePatterns: ['/node_modules/'],
  globals: { temporalUi: true },
  // A browser, a Temporal server and a worker at once: two of these would only wait for each other.
  maxWorkers: 1,
  testTimeout: 300_000,
};
