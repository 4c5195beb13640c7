import type { ScheduledKey } from '../domain/key-schedule.ts';
import type { SignInAttempts } from '../domain/sign-in-attempts.ts';

/** The time; abstract classes here are ports and injection tokens in one. */
export abstract class Clock {
  abstract now(): Date;
}

/** The scope and name of a write: who asks, and the caller's own key. */
export type Write = { caller: string; key: string };

/** A digest of a request's meaning, from which a secret in it cannot be guessed. */
export abstract class Fingerprints {
  abstract of(parts: readonly string[]): string;
}

export type User = { userId: string; email: string; passwordHash: string };

export type CreateUserOutcome =
  | { kind: 'created'; userId: string }
  | { kind: 'refused'; refusal: 'email_taken' | 'user_exists' | 'idempotency_key_reused' };

export abstract class Users {
  /** email: folded. */
  abstract findByEmail(email: string): Promise<User | undefined>;
  abstract findById(userId: string): Promise<User | undefined>;
  /** What this write answered before, if it was made. */
  abstract findWrite(write: Write, fingerprint: string): Promise<CreateUserOutcome | undefined>;
  /** Once for each write; the e-mail and the id are unique. */
  abstract create(write: Write, fingerprint: string, user: User): Promise<CreateUserOutcome>;
}

/** One-way, slow, salted. Passwords are normalised, so that every keyboard's form of a letter is the same. */
export abstract class PasswordHasher {
  abstract hash(password: string): Promise<string>;
  /** Without a hash it takes as long as with one, and tells false. */
  abstract verify(hash: string | undefined, password: string): Promise<boolean>;
}

/** Tries to sign in, by folded e-mail, whether or not a user has it. */
export abstract class SignInTries {
  abstract find(email: string): Promise<SignInAttempts | undefined>;
  /** False when another try was counted meanwhile: read again. */
  abstract replace(email: string, before: SignInAttempts | undefined, after: SignInAttempts): Promise<boolean>;
  abstract clear(email: string): Promise<void>;
}

/** A merchant's client-credentials client. scope: separated by spaces. */
export type MerchantClient = { clientId: string; merchantId: string; scope: string; secretHash: string };

export type CreateClientOutcome =
  | { kind: 'created'; clientId: string }
  | { kind: 'refused'; refusal: 'idempotency_key_reused' };

export abstract class MerchantClients {
  abstract find(clientId: string): Promise<MerchantClient | undefined>;
  /** Once for each write. */
  abstract create(write: Write, fingerprint: string, client: MerchantClient): Promise<CreateClientOutcome>;
}

/** Secrets that follow from their client's id and a key, so that they are told again and never stored. */
export abstract class ClientSecrets {
  abstract secretOf(clientId: string): string;
  abstract hashOf(secret: string): string;
}

/** A private key as JWK, with `kid`, `alg` and `use`. Never logged, never stored unsealed. */
export type PrivateJwk = Readonly<{ kid: string; kty: string; alg: string; use: 'sig' }> &
  Readonly<Record<string, unknown>>;

export type SigningKey = ScheduledKey & { privateJwk: PrivateJwk };

export abstract class SigningKeys {
  abstract list(): Promise<readonly SigningKey[]>;
  /** False when another replica has made the key of this sequence. */
  abstract add(key: SigningKey): Promise<boolean>;
  abstract remove(sequence: number): Promise<void>;
}

export abstract class SigningKeyMaker {
  abstract make(): Promise<PrivateJwk>;
}
