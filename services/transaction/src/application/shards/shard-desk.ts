import type { Account } from '../../domain/account.ts';
import { type Delivery, decideDelivery, deliveryKey, sumsOf } from '../../domain/decide-delivery.ts';
import {
  calledOffKey,
  decideCallOff,
  decideRelease,
  decideReserve,
  type Reserve,
  type ReservedFor,
} from '../../domain/decide-reservation.ts';
import { answered } from '../../domain/decision.ts';
import { answerKey } from '../../domain/ledger-state.ts';
import type { Transaction } from '../../domain/transaction.ts';
import { type Call, type Reply, unserved } from '../admission.ts';
import type { Ledger } from '../ledger.ts';
import { openTransitAccounts } from '../open-system-accounts.ts';

/** What a shard knows of what it was asked for. */
export type Described = Readonly<{
  /** Those that exist. */
  accounts: readonly Account[];
  /** Those that exist. */
  transactionIds: readonly string[];
}>;

/** What one shard asks of another. Whoever leads the other one answers; all but `describe` leave only what is durable. */
export interface ShardDesk {
  /** May tell what is not durable yet, and be old by a moment: nothing may hang on it. */
  describe(accountIds: readonly string[], transactionIds: readonly string[], call: Call): Promise<Reply<Described>>;
  /** Each call that is answered has set money aside anew. */
  reserve(command: Reserve, call: Call): Promise<Reply<Transaction>>;
  /** Safe to repeat. */
  release(reservationId: string, call: Call): Promise<Reply<Transaction>>;
  /** Safe to repeat, and never refused. */
  deliver(delivery: Delivery, call: Call): Promise<Reply<Transaction>>;
  /** Whether a transaction here has named a reservation. When not, it never will from then on. */
  callOff(reservationId: string, reservedFor: ReservedFor, call: Call): Promise<Reply<'named' | 'called_off'>>;
}

/** The desk of a shard whose ledger is in this process. */
export class LedgerDesk implements ShardDesk {
  constructor(
    private readonly shard: number,
    private readonly ledger: Ledger,
  ) {}

  async describe(
    accountIds: readonly string[],
    transactionIds: readonly string[],
    _call: Call,
  ): Promise<Reply<Described>> {
    const described = await this.ledger.foresee({ transactions: transactionIds }, ({ accounts, transactions }) => ({
      accounts: accountIds.flatMap((accountId) => accounts.get(accountId) ?? []),
      transactionIds: transactionIds.filter((id) => transactions.has(id)),
    }));
    return described ? answered(described).outcome : unserved('not_leading');
  }

  reserve(command: Reserve, call: Call): Promise<Reply<Transaction>> {
    return this.ledger.execute(call, { decide: (state, moment) => decideReserve(state, command, moment) });
  }

  release(reservationId: string, call: Call): Promise<Reply<Transaction>> {
    return this.ledger.execute(call, {
      transactions: [reservationId],
      decide: (state, moment) => decideRelease(state, reservationId, moment),
    });
  }

  async deliver(delivery: Delivery, call: Call): Promise<Reply<Transaction>> {
    const unopened = await openTransitAccounts(this.ledger, this.shard, sumsOf(delivery.items).keys(), call);
    if (unopened) return unopened;
    return this.ledger.execute(call, {
      keys: [deliveryKey(delivery)],
      decide: (state, moment) => decideDelivery(state, delivery, moment),
    });
  }

  callOff(reservationId: string, reservedFor: ReservedFor, call: Call): Promise<Reply<'named' | 'called_off'>> {
    const { caller, key } = reservedFor;
    return this.ledger.execute(call, {
      keys: [answerKey(caller, key), calledOffKey(reservationId)],
      decide: (state, moment) => decideCallOff(state, reservationId, reservedFor, moment),
    });
  }
}
