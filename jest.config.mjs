// Unit tests lie beside the code and need nothing, nor do tests/tools/ and the checks of files in tests/deploy/.
// Integration tests (test/ of a workspace) and tests/engines/ take real engines from libs/testing; journeys and faults
// the whole platform. Each is started only when a selected file needs it.
const common = {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/.data/'],
  modulePathIgnorePatterns: ['<rootDir>/.data/', '/dist/'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
        },
        module: { type: 'es6' },
      },
    ],
  },
};
const withEngines = {
  ...common,
  globalSetup: '<rootDir>/libs/testing/src/global-setup.mjs',
  globalTeardown: '<rootDir>/libs/testing/src/global-teardown.mjs',
  // Jest takes a timeout from the whole configuration only, and a unit test should keep its five seconds.
  setupFilesAfterEnv: ['<rootDir>/libs/testing/src/patience.mjs'],
};

export default {
  workerIdleMemoryLimit: '512MB',
  projects: [
    {
      ...common,
      displayName: 'unit',
      roots: ['<rootDir>/libs', '<rootDir>/services', '<rootDir>/tests'],
      testMatch: ['**/src/**/*.test.ts', '<rootDir>/tests/{deploy,tools}/**/*.test.ts'],
    },
    {
      ...withEngines,
      displayName: 'integration',
      roots: ['<rootDir>/libs', '<rootDir>/services'],
      testMatch: ['**/test/**/*.test.ts'],
    },
    {
      ...withEngines,
      displayName: 'engines',
      roots: ['<rootDir>/tests'],
      testMatch: ['<rootDir>/tests/engines/**/*.test.ts'],
    },
    {
      ...withEngines,
      displayName: 'journeys',
      roots: ['<rootDir>/tests'],
      testMatch: ['<rootDir>/tests/{journeys,faults}/**/*.test.ts'],
      globalSetup: '<rootDir>/libs/testing/src/journeys-setup.mjs',
      globalTeardown: '<rootDir>/libs/testing/src/journeys-teardown.mjs',
    },
  ],
};
