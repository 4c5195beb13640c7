import { FixedClock } from '@ipe/testing/fixed-clock';
import { MemorySignInTries } from '../adapters/memory/memory-sign-in-tries.ts';
import { type CreateUserOutcome, PasswordHasher, type User, Users } from './ports.ts';
import { SignIn } from './sign-in.ts';

class OneUser extends Users {
  private readonly ana: User = { userId: 'cus_ana', email: 'ana@ipe.example', passwordHash: 'hash of a senha certa' };

  async findByEmail(email: string): Promise<User | undefined> {
    return email === this.ana.email ? this.ana : undefined;
  }

  async findById(): Promise<undefined> {
    return undefined;
  }

  async findWrite(): Promise<undefined> {
    return undefined;
  }

  async create(): Promise<CreateUserOutcome> {
    return { kind: 'refused', refusal: 'user_exists' };
  }
}

class CountingHasher extends PasswordHasher {
  verified = 0;

  async hash(password: string): Promise<string> {
    return `hash of ${password}`;
  }

  async verify(hash: string | undefined, password: string): Promise<boolean> {
    this.verified += 1;
    return hash === `hash of ${password}`;
  }
}

function setUp() {
  const clock = new FixedClock();
  const hasher = new CountingHasher();
  const signIn = new SignIn(new OneUser(), new MemorySignInTries(), hasher, clock);
  const attempt = (password: string, email = 'ana@ipe.example') => signIn.execute({ email, password });
  return { clock, hasher, attempt };
}

const wrong = { kind: 'refused', refusal: 'wrong_credentials' };
const right = { kind: 'signed_in', userId: 'cus_ana' };

test('signs in with the right password, whatever the case of the e-mail', async () => {
  const { attempt } = setUp();
  expect(await attempt('a senha certa', ' Ana@IPE.example')).toEqual(right);
});

test('a wrong password and an unknown e-mail are answered alike, and both take a check of a hash', async () => {
  const { attempt, hasher } = setUp();
  expect(await attempt('outra')).toEqual(wrong);
  expect(await attempt('outra', 'ninguem@ipe.example')).toEqual(wrong);
  expect(hasher.verified).toBe(2);
});

test('after five wrong passwords the right one waits 15 minutes', async () => {
  const { attempt, clock, hasher } = setUp();
  for (let n = 0; n < 5; n += 1) expect(await attempt('outra')).toEqual(wrong);
  expect(await attempt('a senha certa')).toEqual({ kind: 'refused', refusal: 'locked', retryAfterMs: 900_000 });
  expect(hasher.verified).toBe(5);
  clock.advance(15 * 60_000);
  expect(await attempt('a senha certa')).toEqual(right);
});

test('an unknown e-mail is locked like a known one', async () => {
  const { attempt } = setUp();
  for (let n = 0; n < 5; n += 1) expect(await attempt('outra', 'ninguem@ipe.example')).toEqual(wrong);
  expect(await attempt('outra', 'ninguem@ipe.example')).toMatchObject({ refusal: 'locked' });
});

test('a success forgets the failures before it', async () => {
  const { attempt } = setUp();
  for (let n = 0; n < 4; n += 1) await attempt('outra');
  expect(await attempt('a senha certa')).toEqual(right);
  for (let n = 0; n < 4; n += 1) expect(await attempt('outra')).toEqual(wrong);
  expect(await attempt('a senha certa')).toEqual(right);
});

test('a hundred tries at once get five checks', async () => {
  const { attempt, hasher } = setUp();
  const outcomes = await Promise.all(Array.from({ length: 100 }, () => attempt('outra')));
  expect(hasher.verified).toBe(5);
  expect(outcomes.filter((outcome) => outcome.kind === 'refused' && outcome.refusal === 'locked')).toHaveLength(95);
});
