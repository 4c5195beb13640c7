import { status } from '@grpc/grpc-js';
import { uniqueName } from '@ipe/testing/unique-name';
import { password, type RunningAuth, signIn, startOwnAuth } from './auth-under-test.ts';

let auth: RunningAuth;

beforeAll(async () => {
  auth = await startOwnAuth();
});
afterAll(() => auth.close());

function someone() {
  const userId = uniqueName('cus');
  return { caller: 'account', idempotencyKey: uniqueName('key'), userId, email: `${userId}@ipe.example`, password };
}

test('the same request twice makes one user and gives the same answer', async () => {
  const request = someone();
  expect(await auth.createUser(request)).toEqual({ userId: request.userId });
  expect(await auth.createUser(request)).toEqual({ userId: request.userId });
});

test('the same key with another body is refused, also where only the password differs', async () => {
  const request = someone();
  await auth.createUser(request);
  for (const other of [{ password: 'outra senha comprida' }, { email: 'other@ipe.example' }, { userId: 'cus_other' }]) {
    await expect(auth.createUser({ ...request, ...other })).rejects.toMatchObject({
      code: status.ALREADY_EXISTS,
      reason: 'idempotency_key_reused',
    });
  }
});

test('the same request twenty times at once makes one user, and all get the same answer', async () => {
  const request = someone();
  const answers = await Promise.all(Array.from({ length: 20 }, () => auth.createUser(request)));
  expect(answers).toEqual(Array.from({ length: 20 }, () => ({ userId: request.userId })));
  expect((await signIn(auth, request.email)).code).not.toBe('');
});

test("two callers' equal keys are two writes", async () => {
  const [one, two] = [someone(), someone()];
  await auth.createUser(one);
  expect(await auth.createUser({ ...two, idempotencyKey: one.idempotencyKey, caller: 'another' })).toEqual({
    userId: two.userId,
  });
});

test('an e-mail is one account, however it is written', async () => {
  const first = someone();
  await auth.createUser(first);
  const second = { ...someone(), email: first.email.toUpperCase() };
  await expect(auth.createUser(second)).rejects.toMatchObject({ code: status.ALREADY_EXISTS, reason: 'email_taken' });
});

test('of twenty people who take the same e-mail at once, one gets it', async () => {
  const email = `${uniqueName('wanted')}@ipe.example`;
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => auth.createUser({ ...someone(), email })));
  expect(outcomes.filter(({ status: outcome }) => outcome === 'fulfilled')).toHaveLength(1);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ reason: 'email_taken' });
  }
});

test('a customer has one set of credentials', async () => {
  const first = someone();
  await auth.createUser(first);
  const second = { ...someone(), userId: first.userId };
  await expect(auth.createUser(second)).rejects.toMatchObject({ code: status.ALREADY_EXISTS, reason: 'user_exists' });
});

test('every rule that a request breaks is told, and never the password', async () => {
  const error = await auth
    .createUser({ caller: '', idempotencyKey: 'with space', userId: '', email: 'not an address', password: 'curta' })
    .then(String, (refusal: { code: status; violations: { field: string }[]; message: string }) => refusal);
  expect(error).toMatchObject({
    code: status.INVALID_ARGUMENT,
    violations: ['caller', 'idempotency_key', 'user_id', 'email', 'password'].map((field) => ({ field })),
  });
  expect(JSON.stringify(error)).not.toContain('curta');
});
