import { isDeepStrictEqual } from 'node:util';
import { transactionId } from '@ipe/ledger/transaction-id';
import type { Reply } from '../../src/application/admission.ts';
import type { Account } from '../../src/domain/account.ts';
import { type Command, type CommandAnswer, decide } from '../../src/domain/command.ts';
import { answerKey } from '../../src/domain/ledger-state.ts';
import type { IdempotencyScope } from '../../src/domain/record.ts';
import type { Transaction } from '../../src/domain/transaction.ts';
import { sha256 } from '../paper-ledger.ts';
import type { Request, Response } from './requests.ts';
import type { Truth } from './truth.ts';
import type { Interval, Seen, Versions } from './versions.ts';
import type { World } from './world.ts';

/** When a request was sent and answered, and how many records were durable at either time. */
export type Asked = Interval & Readonly<{ recordsBefore: number; recordsAfter: number; ledgerTime: number }>;

/** Refusals that depend on what time it was. */
const timely: ReadonlySet<string> = new Set(['authorization_expired', 'expiry_out_of_range']);

/** Checks each answer, as it leaves a replica, against what is durable at that instant and was before. */
export class Answers {
  /** Keys of dry runs: the journal must not know them. */
  private readonly rehearsed = new Set<string>();

  constructor(
    private readonly world: World,
    private readonly truth: Truth,
  ) {}

  check(request: Request, response: Response, asked: Asked): void {
    switch (response.kind) {
      case 'write':
        if (request.kind === 'write') this.checkWrite(request.command, response.reply, asked);
        break;
      case 'authorize':
        if (request.kind === 'authorize') this.checkPurchase(request, response.reply, asked);
        break;
      case 'each':
        if (request.kind !== 'each') break;
        request.commands.forEach((command, at) => {
          const reply = response.replies[at];
          // Decided on what the ones before it left: that is not durable before they are.
          if (reply) this.checkAnswer(command.idempotency, reply, asked);
        });
        break;
      case 'together':
        if (request.kind === 'together') this.checkTogether(request.commands, response, asked);
        break;
      case 'rehearse':
        if (request.kind === 'rehearse') this.rehearsed.add(keyOf(request.command.idempotency));
        break;
      case 'cancel':
        if (request.kind === 'cancel')
          this.checkCancel(answerKey(request.caller, request.authorizationKey), response.reply, asked);
        break;
      case 'balance':
        if (request.kind === 'balance') this.checkBalance(request.accountId, response.reply, asked);
        break;
      case 'allBalances':
        this.checkBalances(response.reply, asked);
        break;
      case 'transaction':
        if (request.kind === 'transaction') this.checkTransaction(request.transactionId, response.reply, asked);
        break;
      case 'find':
        if (request.kind === 'find') this.checkFound(answerKey(request.caller, request.key), response.reply, asked);
        break;
    }
  }

  checkRehearsals(): void {
    for (const key of this.rehearsed) {
      if (this.truth.keys.of(key)) this.world.broken('a dry run leaves nothing', key);
    }
  }

  private checkWrite(command: Command, reply: Reply<CommandAnswer>, asked: Asked): void {
    this.checkAnswer(command.idempotency, reply, asked);
    if (reply.kind !== 'refused' || timely.has(reply.refusal)) return;
    // Only where nothing happened meanwhile is it known on what it was decided.
    if (asked.recordsBefore !== asked.recordsAfter) return;
    const id = transactionId({ shard: 0, sequence: this.truth.batches.length + 1, index: 0 });
    const now = Math.max(asked.ledgerTime, this.truth.state.decidedAt);
    const { outcome } = decide(this.truth.state, command, { now, transactionId: id, traceparent: '', sha256 });
    if (outcome.kind === 'refused' && (outcome.refusal === reply.refusal || timely.has(outcome.refusal))) return;
    this.world.broken('a refusal is right', `${keyOf(command.idempotency)}: ${reply.refusal}, and not ${outcome.kind}`);
  }

  /** What is answered under a key is in the journal, as it is there, and never differs. */
  checkAnswer(scope: IdempotencyScope, reply: Reply<CommandAnswer>, asked: Asked): void {
    const { world } = this;
    const key = keyOf(scope);
    const recorded = this.truth.keys.of(key);
    const wasThere = recorded !== undefined && recorded.index < asked.recordsBefore;
    const isSame = recorded?.fingerprint === scope.fingerprint;
    if (reply.kind === 'refused') {
      if (reply.refusal === 'idempotency_key_reused') {
        if (this.truth.keys.firstOf(key) === undefined || isSame) {
          world.broken('a key has one answer', `${key} is told to be another's, and is not`);
        }
      } else if (wasThere) {
        world.broken('a key has one answer', `${key} was answered before, and is refused now: ${reply.refusal}`);
      }
    }
    if (reply.kind !== 'answered') return;
    if (!recorded) {
      world.broken('acknowledged is durable', `${key} was answered, and is not in the journal`);
    } else if (!isSame) {
      world.broken('a key has one answer', `${key} was answered to another body`);
    } else if (!isDeepStrictEqual(reply.answer, recorded.answer)) {
      world.broken('a key has one answer', `${key} was answered otherwise than record ${recorded.index} has it`);
    }
    if (wasThere && !reply.replayed) world.broken('a key has one answer', `${key}: a replay is not told to be one`);
  }

  private checkPurchase(
    { command, number }: Extract<Request, { kind: 'authorize' }>,
    reply: Reply<CommandAnswer>,
    asked: Asked,
  ): void {
    this.checkAnswer(command.idempotency, reply, asked);
    const isApproved = reply.kind === 'answered' && 'status' in reply.answer && reply.answer.status === 'AUTHORIZED';
    if (isApproved && !number.startsWith('valid')) {
      this.world.broken('nothing forbidden is done', `${keyOf(command.idempotency)} is approved by a ${number} card`);
    }
  }

  private checkTogether(
    commands: readonly Command[],
    { done, replies }: Extract<Response, { kind: 'together' }>,
    asked: Asked,
  ): void {
    if (done)
      commands.forEach(({ idempotency }, at) => {
        const reply = replies[at];
        if (reply) this.checkAnswer(idempotency, reply, asked);
        else this.world.broken('together or not at all', `${keyOf(idempotency)} has no reply`);
      });
    // Keys of those that are asked together are asked in no other way.
    const batches = new Set(commands.map(({ idempotency }) => this.truth.keys.of(keyOf(idempotency))?.batch));
    if (batches.size > 1) {
      this.world.broken('together or not at all', `${commands.map(({ idempotency }) => keyOf(idempotency))}`);
    }
  }

  /** A cancel that was answered leaves a mark under the key, whatever it found; and what it found is in force no more. */
  checkCancel(key: string, reply: Reply<Transaction | undefined>, asked: Asked): void {
    if (reply.kind !== 'answered') return;
    if (this.truth.keys.firstOf(key) === undefined) {
      this.world.broken('acknowledged is durable', `${key} was called off, and the journal does not know`);
    }
    const transaction = reply.answer;
    if (transaction?.status === 'AUTHORIZED') this.world.broken('a key has one answer', `${key} is in force still`);
    if (transaction) this.checkSeen(this.truth.transactions, [[transaction.transactionId, transaction]], asked);
  }

  private checkBalance(accountId: string, reply: Reply<Account>, asked: Asked): void {
    if (reply.kind === 'unserved') return;
    this.checkSeen(this.truth.accounts, [[accountId, reply.kind === 'answered' ? reply.answer : undefined]], asked);
  }

  private checkBalances(reply: Reply<readonly Account[]>, asked: Asked): void {
    if (reply.kind !== 'answered') return;
    const found = new Map(reply.answer.map((account) => [account.accountId, account]));
    const ids = new Set([...this.truth.accounts.ids(), ...found.keys()]);
    this.checkSeen(
      this.truth.accounts,
      [...ids].map((id) => [id, found.get(id)]),
      asked,
    );
    const sums = new Map<string, bigint>();
    for (const { currency, posted } of found.values()) sums.set(currency, (sums.get(currency) ?? 0n) + posted);
    for (const [currency, sum] of sums) {
      if (sum !== 0n) this.world.broken('the books are right', `all balances in ${currency} sum to ${sum}`);
    }
  }

  private checkTransaction(id: string, reply: Reply<Transaction>, asked: Asked): void {
    if (reply.kind === 'unserved') return;
    this.checkSeen(this.truth.transactions, [[id, reply.kind === 'answered' ? reply.answer : undefined]], asked);
  }

  private checkFound(key: string, reply: Reply<Transaction>, asked: Asked): void {
    const recorded = this.truth.keys.of(key);
    if (reply.kind === 'answered') {
      this.checkSeen(this.truth.transactions, [[reply.answer.transactionId, reply.answer]], asked);
    }
    const isTransaction = recorded && 'transactionId' in recorded.answer;
    if (reply.kind === 'refused' && isTransaction && recorded.index < asked.recordsBefore) {
      this.world.broken('reads tell the present', `${key} was not found, and has record ${recorded.index}`);
    }
  }

  private checkSeen(
    versions: Versions,
    all: ReadonlyArray<readonly [id: string, found: Account | Transaction | undefined]>,
    asked: Asked,
  ): void {
    const seen: Seen[] = all.map(([id, found]) => ({ id, version: found && versionOf(found) }));
    const why = versions.whyNotPresent(seen, asked);
    if (why) this.world.broken('reads tell the present', why);
    all.forEach(([id, found], at) => {
      const one = seen[at];
      if (found && one && !isDeepStrictEqual(found, versions.find(one)?.value)) {
        this.world.broken('reads tell the present', `${id} is told otherwise than the journal has it`);
      }
    });
  }
}

function keyOf({ caller, key }: IdempotencyScope): string {
  return answerKey(caller, key);
}

function versionOf(found: Account | Transaction): number {
  return 'version' in found ? found.version : found.sequence;
}
