import { randomBytes } from 'node:crypto';
import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { dynamoClient } from '@ipe/dynamodb/client';
import { testEngines } from '@ipe/testing/engines';
import { FixedClock } from '@ipe/testing/fixed-clock';
import { uniqueName } from '@ipe/testing/unique-name';
import { AesSealer } from '../src/adapters/crypto/aes-sealer.ts';
import { AuthTable } from '../src/adapters/dynamodb/auth-table.ts';
import { DynamoSignInTries } from '../src/adapters/dynamodb/dynamo-sign-in-tries.ts';
import { DynamoSigningKeys } from '../src/adapters/dynamodb/dynamo-signing-keys.ts';
import { MemorySignInTries } from '../src/adapters/memory/memory-sign-in-tries.ts';
import { MemorySigningKeys } from '../src/adapters/memory/memory-signing-keys.ts';
import { OidcStore } from '../src/adapters/oidc/oidc-store.ts';
import type { PrivateJwk, SignInTries, SigningKeys } from '../src/application/ports.ts';
import { countTry } from '../src/domain/sign-in-attempts.ts';

const client = dynamoClient({ DYNAMODB_ENDPOINT: testEngines().dynamodb, AWS_REGION: 'sa-east-1' });
const table = new AuthTable(client, uniqueName('auth-stores'));
const sealer = new AesSealer(randomBytes(32));
// The engine removes what has expired by its own clock, so that nothing here may lie in its past.
const today = new Date();

beforeAll(() => table.prepare());
afterAll(async () => {
  await client.send(new DeleteTableCommand({ TableName: table.name }));
  client.destroy();
});

test('preparing the table twice changes nothing', async () => {
  await table.prepare();
});

describe.each<[string, () => SignInTries]>([
  ['in DynamoDB', () => new DynamoSignInTries(table)],
  ['in memory', () => new MemorySignInTries()],
])('sign-in tries %s', (_where, make) => {
  test('gives back what was counted, with and without a lock', async () => {
    const tries = make();
    const email = uniqueName('ana');
    expect(await tries.find(email)).toBeUndefined();
    const first = countTry(undefined, today);
    expect(await tries.replace(email, undefined, first)).toBe(true);
    expect(await tries.find(email)).toEqual(first);
    const locked = { failures: 5, lastAt: today, lockedUntil: new Date(today.getTime() + 900_000) };
    expect(await tries.replace(email, first, locked)).toBe(true);
    expect(await tries.find(email)).toEqual(locked);
  });

  test('refuses a count that another one has overtaken', async () => {
    const tries = make();
    const email = uniqueName('ana');
    const first = countTry(undefined, today);
    await tries.replace(email, undefined, first);
    expect(await tries.replace(email, undefined, first)).toBe(false);
    expect(await tries.replace(email, first, countTry(first, today))).toBe(true);
    expect(await tries.replace(email, first, countTry(first, today))).toBe(false);
  });

  test('forgets on demand', async () => {
    const tries = make();
    const email = uniqueName('ana');
    await tries.replace(email, undefined, countTry(undefined, today));
    await tries.clear(email);
    expect(await tries.find(email)).toBeUndefined();
  });

  test('takes anything for an e-mail', async () => {
    const tries = make();
    const odd = `${uniqueName('x')}${'ã #'.repeat(1000)}`;
    expect(await tries.replace(odd, undefined, countTry(undefined, today))).toBe(true);
  });
});

describe.each<[string, () => SigningKeys]>([
  ['in DynamoDB', () => new DynamoSigningKeys(table, sealer)],
  ['in memory', () => new MemorySigningKeys()],
])('signing keys %s', (_where, make) => {
  test('keeps keys in their order, takes each number once, and removes', async () => {
    const keys = make();
    const privateJwk: PrivateJwk = { kid: 'a kid', kty: 'EC', alg: 'ES256', use: 'sig', d: 'private' };
    const activeFrom = new Date('2026-11-21T12:00:00.000Z');
    expect(await keys.list()).toEqual([]);
    expect(await keys.add({ sequence: 10, activeFrom, privateJwk })).toBe(true);
    expect(await keys.add({ sequence: 9, activeFrom, privateJwk })).toBe(true);
    expect(await keys.add({ sequence: 9, activeFrom, privateJwk })).toBe(false);
    expect(await keys.list()).toEqual([
      { sequence: 9, activeFrom, privateJwk },
      { sequence: 10, activeFrom, privateJwk },
    ]);
    await keys.remove(9);
    await keys.remove(10);
    expect(await keys.list()).toEqual([]);
  });
});

describe("the provider's store", () => {
  const clock = new FixedClock(today);
  const store = new OidcStore(table, sealer, clock);
  const newRef = (model: string) => ({ model, id: uniqueName('id') });
  const lasting = (expiresInS: number, grantId?: string) => ({ expiresInS, links: [], grantId });

  test('finds what was put until it expires, whether or not the store has removed it', async () => {
    const ref = newRef('Session');
    await store.put(ref, { accountId: 'cus_1' }, lasting(60));
    expect(await store.find(ref)).toEqual({ accountId: 'cus_1' });
    clock.advance(59_000);
    expect(await store.find(ref)).toEqual({ accountId: 'cus_1' });
    clock.advance(1_000);
    expect(await store.find(ref)).toBeUndefined();
  });

  test('follows a further name to its thing', async () => {
    const [ref, link] = [newRef('Session'), newRef('SessionUid')];
    await store.put(ref, {}, { expiresInS: 60, links: [link] });
    expect(await store.follow(link)).toBe(ref.id);
    expect(await store.follow(newRef('SessionUid'))).toBeUndefined();
  });

  test('lets one of twenty consume a code, and revokes its grant for the others', async () => {
    const grantId = uniqueName('grant');
    const [code, token, grant] = [newRef('AuthorizationCode'), newRef('RefreshToken'), { model: 'Grant', id: grantId }];
    await store.put(grant, {}, lasting(60));
    await store.put(token, {}, lasting(60, grantId));
    await store.put(code, {}, lasting(60, grantId));
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => store.consume(code)));
    expect(outcomes.filter((won) => won)).toHaveLength(1);
    expect(await store.find(grant)).toBeUndefined();
    expect(await store.find(token)).toBeUndefined();
  });

  test('a thing that was used says when', async () => {
    const ref = newRef('RefreshToken');
    await store.put(ref, {}, lasting(60));
    expect(await store.consume(ref)).toBe(true);
    expect(await store.find(ref)).toEqual({ consumed: Math.floor(clock.now().getTime() / 1000) });
  });

  test('a use whose answer is lost on the way is the same use when it is tried again', async () => {
    const unlucky = dynamoClient({ DYNAMODB_ENDPOINT: testEngines().dynamodb, AWS_REGION: 'sa-east-1' });
    let lost = 0;
    unlucky.middlewareStack.add(
      (next) => async (args) => {
        const answer = await next(args);
        lost += 1;
        if (lost === 1) throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError' });
        return answer;
      },
      { step: 'deserialize', priority: 'high' },
    );
    const ref = newRef('RefreshToken');
    await store.put(ref, {}, lasting(60));
    const there = new OidcStore(new AuthTable(unlucky, table.name), sealer, clock);
    expect(await there.consume(ref)).toBe(true);
    expect(lost).toBe(2);
    expect(await there.consume(ref)).toBe(false);
    unlucky.destroy();
  });

  test('nothing can be consumed that is not there', async () => {
    expect(await store.consume(newRef('AuthorizationCode'))).toBe(false);
  });

  test('revokes a grant with more members than a page of the store holds', async () => {
    const grantId = uniqueName('grant');
    const tokens = Array.from({ length: 120 }, () => newRef('RefreshToken'));
    await Promise.all(tokens.map((ref) => store.put(ref, {}, lasting(60, grantId))));
    await store.revokeGrant(grantId);
    const left = await Promise.all(tokens.map((ref) => store.find(ref)));
    expect(left.filter((payload) => payload !== undefined)).toEqual([]);
  });

  test('removes', async () => {
    const ref = newRef('Interaction');
    await store.put(ref, {}, lasting(60));
    await store.remove(ref);
    expect(await store.find(ref)).toBeUndefined();
  });
});
