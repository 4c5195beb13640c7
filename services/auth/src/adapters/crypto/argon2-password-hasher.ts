import { hash, type Options, verify } from '@node-rs/argon2';
import { PasswordHasher } from '../../application/ports.ts';

// OWASP's parameters for argon2id (the library's default algorithm): 19 MiB, 2 passes, 1 lane.
const options: Options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export class Argon2PasswordHasher extends PasswordHasher {
  /** Checked where there is no user, so that an unknown e-mail takes as long as a wrong password. */
  private readonly nobody = this.hash(crypto.randomUUID());

  hash(password: string): Promise<string> {
    return hash(password.normalize('NFKC'), options);
  }

  async verify(stored: string | undefined, password: string): Promise<boolean> {
    const right = await verify(stored ?? (await this.nobody), password.normalize('NFKC'));
    return right && stored !== undefined;
  }
}
