import { type Addresses, type Operator, World } from './world.ts';

type Platform = { addresses: Addresses; operator: Operator };

/** The platform that jest's global setup started for the journeys. */
export function journey(): Platform & { world: World } {
  const text = process.env['JOURNEY_PLATFORM'];
  if (text === undefined) throw new Error('no platform: run the journeys by `npm run jest -- tests/journeys`');
  const platform = JSON.parse(text) as Platform;
  return { ...platform, world: new World(platform.addresses, platform.operator) };
}
