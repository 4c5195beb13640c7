import { createHash } from 'node:crypto';
import { type Account, AccountType, type Customer } from '@ipe/contracts/gen/bank/account/v1/account';
import { derivedKey } from './derived-key.ts';
import type { Accounts, Identities } from './ports.ts';
import { present } from './refused.ts';

export type SignUpForm = { name: string; document: string; email: string; password: string };

/**
 * A stranger becomes a customer with a sign-in and a current account. Each step is idempotent under a key derived from
 * the sign-up's own, so a repetition after a failure goes on where it stopped.
 */
export class SignUp {
  constructor(
    private readonly accounts: Accounts,
    private readonly identities: Identities,
  ) {}

  async run(key: string, form: SignUpForm): Promise<{ customer: Customer; account: Account }> {
    const { password, ...person } = form;
    const caller = strangerOf(form);
    const created = await this.accounts.createCustomer({ caller, idempotencyKey: key, ...person });
    const customer = present(created.customer, 'the customer');
    const { customerId } = customer;
    // Before the account: its answer is told only to who knows the password that the first sign-up chose.
    await this.identities.createUser({
      caller,
      idempotencyKey: derivedKey(key, 'user'),
      userId: customerId,
      email: form.email,
      password,
    });
    const opened = await this.accounts.openAccount({
      caller,
      idempotencyKey: derivedKey(key, 'account'),
      customerId,
      type: AccountType.ACCOUNT_TYPE_CURRENT,
      limitCents: 0n,
    });
    return { customer, account: present(opened.account, 'the account') };
  }
}

/** Nobody is signed in yet: a key is scoped to the person signing up, so that strangers who choose the same never meet. */
function strangerOf({ document, email }: SignUpForm): string {
  const bare = document.replace(/[^0-9A-Za-z]/g, '').toUpperCase();
  const fingerprint = createHash('sha256').update(`${bare}\n${email.toLowerCase()}`).digest('hex');
  return `public:${fingerprint}`;
}
