/** Addresses of the engines that tests use, as clients want them: URLs, and `host:port` for Kafka. */
export type TestEngines = Readonly<{
  dynamodb: string;
  kafka: string;
  redis: string;
  elasticsearch: string;
  connect: string;
}>;

/**
 * The engines that jest's global setup found or started (global-setup.mjs). They are real and shared by all test files:
 * take names of your own for tables, topics, groups and keys (uniqueName).
 */
export function testEngines(): TestEngines {
  return {
    dynamodb: address('DYNAMODB'),
    kafka: address('KAFKA'),
    redis: address('REDIS'),
    elasticsearch: address('ELASTICSEARCH'),
    connect: address('CONNECT'),
  };
}

function address(engine: string): string {
  const value = process.env[`TEST_${engine}`];
  if (value === undefined) {
    throw new Error('no test engines: a test that needs one lies in test/ of its workspace, or in tests/');
  }
  return value;
}
