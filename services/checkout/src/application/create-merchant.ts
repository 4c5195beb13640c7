import { derivedId } from '@ipe/dynamodb/derived-id';
import { fingerprint } from '@ipe/dynamodb/fingerprint';
import { Inject, Injectable } from '@nestjs/common';
import { type Refused, refused } from '../domain/refusal.ts';
import type { Merchant } from '../domain/shop.ts';
import { type AccountRefusal, Accounts, Clock, type Made, Merchants, type WriteKey } from './ports.ts';

/** document: a CNPJ without punctuation. */
export type CreateMerchantCommand = { write: WriteKey; name: string; document: string; email: string; mcc: string };
type Outcome = { kind: 'done'; merchant: Merchant } | Refused;

/**
 * Registers a company at the bank, opens the account for its money, and notes the merchant last. The keys of the first
 * two follow from the merchant's id, so a repetition after a crash goes on where it stopped.
 */
@Injectable()
export class CreateMerchant {
  constructor(
    @Inject(Merchants) private readonly merchants: Merchants,
    @Inject(Accounts) private readonly accounts: Accounts,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  async execute({ write, ...content }: CreateMerchantCommand): Promise<Outcome> {
    const merchantId = derivedId('mer', write);
    const digest = fingerprint(['CreateMerchant', content]);
    const before = await this.merchants.find(merchantId);
    if (before) return repeated(before, digest);

    const { name, document, email, mcc } = content;
    const customer = await this.accounts.createCustomer(`${merchantId}:customer`, { name, document, email });
    if (customer.kind !== 'done') return refusalOf(customer);
    const account = await this.accounts.openMerchantAccount(`${merchantId}:account`, customer.customerId);
    if (account.kind !== 'done') return refusalOf(account);

    const { customerId } = customer;
    const { accountId } = account;
    const createdAt = this.clock.now();
    const merchant = { merchantId, customerId, accountId, name, document, mcc, createdAt, fingerprint: digest };
    const creation = await this.merchants.create(merchant);
    return creation.kind === 'created' ? { kind: 'done', merchant } : repeated(creation.made, digest);
  }
}

function repeated(made: Made<Merchant>, digest: string): Outcome {
  return made.fingerprint === digest ? { kind: 'done', merchant: made } : refused('idempotency_key_reused');
}

function refusalOf(refusal: AccountRefusal): Refused {
  switch (refusal.kind) {
    case 'taken':
      return refused(refusal.refusal);
    case 'invalid':
      return refused('invalid_request', refusal.violations);
    case 'unavailable':
      return refused('account_unavailable');
  }
}
