import { foldEmail } from '../domain/email.ts';
import { countTry, lockedForMs } from '../domain/sign-in-attempts.ts';
import type { Clock, PasswordHasher, SignInTries, Users } from './ports.ts';

export type SignInOutcome =
  | { kind: 'signed_in'; userId: string }
  /** The same for a wrong password and for an e-mail that nobody has. */
  | { kind: 'refused'; refusal: 'wrong_credentials' }
  | { kind: 'refused'; refusal: 'locked'; retryAfterMs: number };

const maxRaces = 50;

/** Checks a person's password. Neither the answer nor its time tells whether the e-mail has an account. */
export class SignIn {
  constructor(
    private readonly users: Users,
    private readonly tries: SignInTries,
    private readonly hasher: PasswordHasher,
    private readonly clock: Clock,
  ) {}

  async execute(credentials: { email: string; password: string }): Promise<SignInOutcome> {
    const email = foldEmail(credentials.email);
    const retryAfterMs = await this.count(email);
    if (retryAfterMs > 0) return { kind: 'refused', refusal: 'locked', retryAfterMs };
    const user = await this.users.findByEmail(email);
    const right = await this.hasher.verify(user?.passwordHash, credentials.password);
    if (!user || !right) return { kind: 'refused', refusal: 'wrong_credentials' };
    await this.tries.clear(email);
    return { kind: 'signed_in', userId: user.userId };
  }

  /** Counts this try, and tells 0; or tells how long the account is locked. */
  private async count(email: string): Promise<number> {
    for (let race = 0; race < maxRaces; race += 1) {
      const now = this.clock.now();
      const before = await this.tries.find(email);
      const lockedMs = lockedForMs(before, now);
      if (lockedMs > 0) return lockedMs;
      if (await this.tries.replace(email, before, countTry(before, now))) return 0;
    }
    throw new Error(`a sign-in lost ${maxRaces} races against others for the same account`);
  }
}
