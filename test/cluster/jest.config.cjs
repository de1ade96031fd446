const { globalSetup: _, globalTeardown: __, ...jest } = require('../../package.json').jest;

/** Apart from the other tests: the servers of the compose file are built from source, which takes minutes once. */
module.exports = {
  ...jest,
  rootDir: '../..',
  roots: ['<rootDir>/test/cluster'],
  testPathIgnorePatterns: ['/node_modules/'],
  maxWorkers: 1,
  testTimeout: 300_000,
};
