import {
  type Authorize,
  beforeCardCheck,
  type CardFinding,
  decideAuthorize,
  isCalledOff,
  unknownCardState,
} from '../domain/decide-authorize.ts';
import { answerKey } from '../domain/ledger-state.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { Call, Reply } from './admission.ts';
import type { Ledger } from './ledger.ts';
import type { CardCredentials, CardRegistry, LedgerLog, LedgerMetrics, Scheduler } from './ports.ts';
import type { ShardedLedger } from './shards/sharded-ledger.ts';
import type { Task } from './task.ts';

type AuthorizeParts = Readonly<{
  /** The only shard's; where there are several, what is known of the card tells which. */
  ledger: Ledger;
  shardedLedger: ShardedLedger;
  cards: CardRegistry;
  scheduler: Scheduler;
  metrics: LedgerMetrics;
  log: LedgerLog;
  /** How long the card's state is waited for. */
  cardCheckDeadlineMs: number;
}>;

/** What was found of the card, and where its account is kept. */
type Known = Readonly<{ home: number; finding: CardFinding }>;

/** Approves or declines a purchase by card. The only command that asks another service before it is decided. */
export class AuthorizePurchase {
  /** Purchases whose card is being checked, by key: a second call under the key waits for the first. */
  private readonly inFlight = new Map<string, Promise<unknown>>();

  constructor(private readonly parts: AuthorizeParts) {}

  /** known: what was found of the card, and the shard of the account that pays, where there are several shards. */
  async execute(command: Authorize, card: CardCredentials, call: Call, known?: Known): Promise<Reply<Transaction>> {
    const key = answerKey(command.idempotency.caller, command.idempotency.key);
    for (let first = this.inFlight.get(key); first; first = this.inFlight.get(key)) await first;
    const reply = known ? this.authorizeAt(command, known, call) : this.authorize(command, card, call);
    // Those behind want to know that it is over, not how it ended.
    const over = reply.then(
      () => this.inFlight.delete(key),
      () => this.inFlight.delete(key),
    );
    this.inFlight.set(key, over);
    return reply;
  }

  private async authorize(command: Authorize, card: CardCredentials, call: Call): Promise<Reply<Transaction>> {
    const { ledger } = this.parts;
    const finding = (await this.needsCardCheck(command)) ? await this.expectedCard(card, call) : unknownCardState;
    // The time that the card check took counts: past the caller's deadline nothing is begun.
    return this.told(await ledger.execute(call, taskOf(command, finding)));
  }

  private async authorizeAt(command: Authorize, { home, finding }: Known, call: Call): Promise<Reply<Transaction>> {
    const { idempotency, merchant } = command;
    const accountIds = [finding.accountId, merchant.accountId].filter((accountId) => accountId !== '');
    const work = { ...taskOf(command, finding), idempotency, accounts: () => accountIds };
    return this.told(await this.parts.shardedLedger.perform(home, work, call));
  }

  private told(reply: Reply<Transaction>): Reply<Transaction> {
    if (reply.kind === 'answered' && !reply.replayed) this.parts.metrics.authorized(reply.answer);
    return reply;
  }

  private needsCardCheck(command: Authorize): Promise<boolean | undefined> {
    const { caller, key } = command.idempotency;
    return this.parts.ledger.foresee(
      { keys: [answerKey(caller, key)] },
      (state, now) => !isCalledOff(state, command.idempotency) && beforeCardCheck(state, command, now) === undefined,
    );
  }

  private expectedCard(card: CardCredentials, call: Call): Promise<CardFinding> {
    const finding = this.findCard(card, call);
    this.parts.ledger.expected.until(finding);
    return finding;
  }

  /** A card whose state cannot be known does not pay. */
  async findCard(card: CardCredentials, call: Call): Promise<CardFinding> {
    const { cards, scheduler, cardCheckDeadlineMs, log } = this.parts;
    const deadlineMs = Math.min(cardCheckDeadlineMs, call.deadline - scheduler.now());
    try {
      return await cards.verify(card, deadlineMs);
    } catch (error) {
      log.warn(`the card's state cannot be known: ${error instanceof Error ? error.message : String(error)}`);
      return unknownCardState;
    }
  }
}

function taskOf(command: Authorize, finding: CardFinding): Task<Transaction> {
  return {
    keys: [answerKey(command.idempotency.caller, command.idempotency.key)],
    decide: (state, moment) => decideAuthorize(state, command, finding, moment),
  };
}
