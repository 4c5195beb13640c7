/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'domain-points-inward',
      comment: 'The domain knows no adapter, no use case and no framework; of the libraries, only pure ones.',
      severity: 'error',
      from: { path: 'services/([^/]+)/src/domain/', pathNot: '[.]test[.]ts$' },
      to: {
        path: ['services/[^/]+/src/(?!domain/)', 'node_modules', '^node:', 'libs/'],
        pathNot: [
          'libs/(money|brazil)/',
          'libs/ledger/src/(home-of|shard-of|transaction-id)[.]ts$',
          '^node:(crypto|assert)$',
        ],
      },
    },
    {
      name: 'application-knows-no-adapter',
      severity: 'error',
      from: { path: 'services/[^/]+/src/application/', pathNot: '[.]test[.]ts$' },
      to: { path: 'services/[^/]+/src/adapters/' },
    },
    {
      name: 'no-service-imports-another',
      severity: 'error',
      from: { path: 'services/([^/]+)/' },
      to: { path: 'services/([^/]+)/', pathNot: 'services/$1/' },
    },
    {
      name: 'libs-import-no-service',
      severity: 'error',
      from: { path: '(^|fixtures/boundary/)libs/' },
      to: { path: '(^|fixtures/boundary/)services/' },
    },
    {
      name: 'money-depends-on-nothing',
      severity: 'error',
      from: { path: '^libs/money/src/', pathNot: '[.]test[.]ts$' },
      to: { path: ['node_modules', '^libs/(?!money/)', '^node:'] },
    },
    {
      name: 'testing-stays-in-tests',
      severity: 'error',
      from: { path: '^(services|libs)/[^/]+/src/', pathNot: ['[.]test[.]ts$', '^libs/testing/'] },
      to: { path: ['^libs/testing/', '@nestjs/testing', 'fast-check', 'testcontainers'] },
    },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
  ],
  options: {
    // Sees imports of types too, and needs no TypeScript compiler, whose version 7 dependency-cruiser cannot use.
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['/dist/', '^libs/contracts/src/gen/'] },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js'],
    },
  },
};
