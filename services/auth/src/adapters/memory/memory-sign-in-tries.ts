import { SignInTries } from '../../application/ports.ts';
import type { SignInAttempts } from '../../domain/sign-in-attempts.ts';

/** The fake of DynamoSignInTries: both pass test/stores.test.ts. */
export class MemorySignInTries extends SignInTries {
  private readonly byEmail = new Map<string, SignInAttempts>();

  async find(email: string): Promise<SignInAttempts | undefined> {
    return this.byEmail.get(email);
  }

  async replace(email: string, before: SignInAttempts | undefined, after: SignInAttempts): Promise<boolean> {
    const current = this.byEmail.get(email);
    const same = current?.failures === before?.failures && current?.lastAt.getTime() === before?.lastAt.getTime();
    if (same) this.byEmail.set(email, after);
    return same;
  }

  async clear(email: string): Promise<void> {
    this.byEmail.delete(email);
  }
}
