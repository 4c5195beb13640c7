// Jest's global setup of the projects that need engines. Engines that already answer on the test ports are used as
// they are (and left running); missing ones come from containers where a Docker engine answers, else from engines/.
import { startTestEngines } from './test-engines.mjs';

const WANTED = {
  integration: ['dynamodb', 'kafka', 'redis'],
  engines: ['dynamodb', 'kafka', 'redis', 'elasticsearch', 'connect'],
};

export default async function setUp(_globalConfig, { displayName }) {
  const { addresses, startedHere } = await startTestEngines({ names: WANTED[displayName.name] });
  for (const [name, address] of Object.entries(addresses)) process.env[`TEST_${name.toUpperCase()}`] = address;
  globalThis.startedTestEngines = [...(globalThis.startedTestEngines ?? []), ...startedHere];
}
