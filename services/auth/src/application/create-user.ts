import { foldEmail } from '../domain/email.ts';
import type { CreateUserOutcome, Fingerprints, PasswordHasher, Users, Write } from './ports.ts';

export type CreateUserCommand = { write: Write; userId: string; email: string; password: string };

/** Registers a person's credentials, once for each write. */
export class CreateUser {
  constructor(
    private readonly users: Users,
    private readonly hasher: PasswordHasher,
    private readonly fingerprints: Fingerprints,
  ) {}

  async execute({ write, userId, email, password }: CreateUserCommand): Promise<CreateUserOutcome> {
    const folded = foldEmail(email);
    const fingerprint = this.fingerprints.of(['CreateUser', userId, folded, password]);
    // Asked first: hashing is slow on purpose, and its salt differs each time.
    const before = await this.users.findWrite(write, fingerprint);
    if (before) return before;
    const passwordHash = await this.hasher.hash(password);
    return this.users.create(write, fingerprint, { userId, email: folded, passwordHash });
  }
}
