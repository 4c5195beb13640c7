import { FixedClock } from '@ipe/testing/fixed-clock';
import { MemorySigningKeys } from '../adapters/memory/memory-signing-keys.ts';
import { type PrivateJwk, SigningKeyMaker } from './ports.ts';
import { type KeyRing, RotateSigningKeys } from './rotate-signing-keys.ts';

class NumberedKeys extends SigningKeyMaker {
  private made = 0;

  async make(): Promise<PrivateJwk> {
    this.made += 1;
    return { kid: `key ${this.made}`, kty: 'EC', alg: 'ES256', use: 'sig' };
  }
}

const hourMs = 3_600_000;
const rules = { lifetimeMs: 100 * hourMs, leadMs: 10 * hourMs, keepMs: 2 * hourMs };
const kids = (ring: KeyRing): string[] => ring.map(({ kid }) => kid);

function setUp() {
  const clock = new FixedClock();
  const keys = new MemorySigningKeys();
  const maker = new NumberedKeys();
  const replica = () => new RotateSigningKeys(keys, maker, clock, rules);
  return { clock, keys, replica };
}

test('the first run makes a key, and later runs keep it', async () => {
  const { replica } = setUp();
  expect(kids(await replica().execute())).toEqual(['key 1']);
  expect(kids(await replica().execute())).toEqual(['key 1']);
});

test('a new key is published before it signs, and the old one is kept until its tokens have expired', async () => {
  const { clock, keys, replica } = setUp();
  const rotate = replica();
  await rotate.execute();
  clock.advance(90 * hourMs);
  expect(kids(await rotate.execute())).toEqual(['key 1', 'key 2']);
  clock.advance(10 * hourMs);
  expect(kids(await rotate.execute())).toEqual(['key 2', 'key 1']);
  clock.advance(2 * hourMs);
  expect(kids(await rotate.execute())).toEqual(['key 2']);
  expect(await keys.list()).toHaveLength(1);
});

test('replicas that start at once agree on one key', async () => {
  const { replica } = setUp();
  const rings = await Promise.all(Array.from({ length: 8 }, () => replica().execute()));
  expect(new Set(rings.map((ring) => kids(ring).join())).size).toBe(1);
});
