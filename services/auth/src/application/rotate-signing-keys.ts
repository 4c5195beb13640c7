import { activeKey, dueKey, type KeyScheduleRules, retiredKeys } from '../domain/key-schedule.ts';
import type { Clock, PrivateJwk, SigningKeyMaker, SigningKeys } from './ports.ts';

/** Every key that tokens are verified with; the first one signs. */
export type KeyRing = readonly [PrivateJwk, ...PrivateJwk[]];

/**
 * Makes the next signing key when it is due, removes those whose tokens have expired, and tells the ring as it is now.
 * Safe to run in every replica, at any time: the store lets one of them make a key, and all read the same ring.
 */
export class RotateSigningKeys {
  constructor(
    private readonly keys: SigningKeys,
    private readonly maker: SigningKeyMaker,
    private readonly clock: Clock,
    private readonly rules: KeyScheduleRules,
  ) {}

  async execute(): Promise<KeyRing> {
    const now = this.clock.now();
    const before = await this.keys.list();
    const due = dueKey(before, this.rules, now);
    if (due) await this.keys.add({ ...due, privateJwk: await this.maker.make() });
    for (const { sequence } of retiredKeys(before, this.rules, now)) await this.keys.remove(sequence);
    const published = due ? await this.keys.list() : before;
    const active = activeKey(published, now);
    if (!active) throw new Error('the store of signing keys is empty after a key was added');
    const gone = new Set(retiredKeys(published, this.rules, now).map(({ sequence }) => sequence));
    const others = published.filter(({ sequence }) => sequence !== active.sequence && !gone.has(sequence));
    return [active.privateJwk, ...others.map(({ privateJwk }) => privateJwk)];
  }
}
