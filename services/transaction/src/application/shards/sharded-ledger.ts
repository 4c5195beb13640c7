import { shardOfTransaction } from '@ipe/ledger/home-of';
import { shardOf } from '@ipe/ledger/shard-of';
import { type Cents, cents } from '@ipe/money/cents';
import { type Account, unboundedLimit } from '../../domain/account.ts';
import type { Command, CommandAnswer } from '../../domain/command.ts';
import { calledOffKey, isReservationCalledOff } from '../../domain/decide-reservation.ts';
import { type Decision, type Moment, refused } from '../../domain/decision.ts';
import { fullTransitAccount, unreserved, withElsewhere } from '../../domain/elsewhere.ts';
import type { Elsewhere, ForeignAccount } from '../../domain/foreign-account.ts';
import { accountsNamed, accountsOfTransaction, homeOf } from '../../domain/home-of.ts';
import { answerKey, type LedgerView } from '../../domain/ledger-state.ts';
import type { IdempotencyScope } from '../../domain/record.ts';
import { noRemittances, type Remittance } from '../../domain/remittance.ts';
import { type Call, type NotServed, type Reply, unserved } from '../admission.ts';
import type { Ledger, Rehearsal, Together } from '../ledger.ts';
import { openTransitAccounts } from '../open-system-accounts.ts';
import { type AnswerTo, type Task, taskOf } from '../task.ts';
import type { ShardDesk } from './shard-desk.ts';

/** A task, and what it may need to know of other shards. */
export type Work<Answer> = Task<Answer> &
  Readonly<{
    idempotency: IdempotencyScope;
    /** The accounts that it is about, wherever they are kept. */
    accounts: (state: LedgerView) => readonly string[];
    /** A transaction that must exist, wherever it is; absent or empty: none. */
    follows?: string | undefined;
  }>;

type Parts = Readonly<{
  shards: number;
  /** Of a shard that this process takes part in. */
  ledgerOf: (shard: number) => Ledger;
  /** Of any shard. */
  deskOf: (shard: number) => ShardDesk;
}>;

/** Money is set aside again when more is needed than was asked for at first. */
const mostTries = 4;

/**
 * All shards as one ledger. What is about accounts of one shard is decided there and nowhere else; what is about several
 * is decided at its home, once it is known what the others say and what it takes from them is set aside there.
 */
export class ShardedLedger {
  constructor(private readonly parts: Parts) {}

  /** Decides a command at its home, which this process leads. */
  execute<Some extends Command>(command: Some, call: Call): Promise<Reply<AnswerTo<Some>>> {
    const { shards, ledgerOf } = this.parts;
    if (shards === 1) return ledgerOf(0).execute(call, taskOf(command));
    const home = homeOf(command, shards);
    const placed = at(command, home);
    if (this.isWithin(home, placed)) return ledgerOf(home).execute(call, taskOf(placed));
    return this.perform(home, workOf(placed), call);
  }

  /** Commands of one home, each for itself. */
  async executeEach(
    home: number,
    commands: readonly Command[],
    call: Call,
  ): Promise<ReadonlyArray<Reply<CommandAnswer>>> {
    const ledger = this.parts.ledgerOf(home);
    if (this.parts.shards === 1) return ledger.executeEach<CommandAnswer>(call, commands.map(taskOf));
    const placed = commands.map((command) => at(command, home));
    const within = placed.filter((command) => this.isWithin(home, command));
    const [replies, others] = await Promise.all([
      ledger.executeEach<CommandAnswer>(call, within.map(taskOf)),
      Promise.all(
        placed.map((command) =>
          this.isWithin(home, command) ? undefined : this.perform<CommandAnswer>(home, workOf(command), call),
        ),
      ),
    ]);
    let next = 0;
    return others.map((other) => {
      const reply = other ?? replies[next++];
      if (!reply) throw new Error('the ledger answered fewer tasks than it was given');
      return reply;
    });
  }

  /** Commands, all or none, at the home of the first. Refused when one of them is about anything of another shard. */
  async executeTogether(home: number, commands: readonly Command[], call: Call): Promise<Together<CommandAnswer>> {
    const { shards, ledgerOf } = this.parts;
    const placed = commands.map((command) => at(command, home));
    for (const [index, command] of placed.entries()) {
      const needed = shards === 1 ? [] : await this.keptElsewhere(home, command);
      if (needed === undefined) return { done: false, replies: [unserved('not_leading')] };
      if (needed.length > 0) {
        const replies = placed.slice(0, index + 1).map(() => refused('several_shards', needed[0]).outcome);
        return { done: false, replies };
      }
    }
    return ledgerOf(home).executeTogether<CommandAnswer>(call, placed.map(taskOf));
  }

  /** What a command would come to, and the accounts that it would change, after it, wherever they are kept. */
  async rehearse(command: Command, call: Call): Promise<Rehearsal<CommandAnswer>> {
    const { shards, ledgerOf } = this.parts;
    const home = homeOf(command, shards);
    const work: Work<CommandAnswer> = workOf(at(command, home));
    const elsewhere = shards === 1 ? undefined : await this.look(home, work, call);
    if (!elsewhere) return ledgerOf(home).rehearse(call, work);
    if ('kind' in elsewhere) return { reply: elsewhere, accounts: [] };
    const unopened = await openTransitAccounts(ledgerOf(home), home, assetsIn(elsewhere), call);
    if (unopened) return { reply: unopened, accounts: [] };
    let remittances = noRemittances;
    const decide = (state: LedgerView, moment: Moment) => {
      const decision = this.decideAcross(work, state, elsewhere, moment);
      remittances = remittancesIn(decision);
      return decision;
    };
    const { reply, accounts } = await ledgerOf(home).rehearse(call, { ...work, decide });
    return { reply, accounts: [...accounts, ...after(elsewhere, remittances)] };
  }

  /**
   * Decides work whose accounts may be kept at several shards at its home, which this process leads. What it takes from
   * another shard is reserved there first; what it brings is delivered there by the courier, after the answer.
   */
  async perform<Answer extends CommandAnswer>(home: number, work: Work<Answer>, call: Call): Promise<Reply<Answer>> {
    const ledger = this.parts.ledgerOf(home);
    const seen = await this.look(home, work, call);
    if (!seen) return ledger.execute(call, work);
    if ('kind' in seen) return seen;
    const unopened = await openTransitAccounts(ledger, home, assetsIn(seen), call);
    if (unopened) return unopened;
    let elsewhere = seen;
    for (let tries = 1; ; tries++) {
      const { reply, lacking } = await this.decide(ledger, work, elsewhere, call);
      await this.releaseUnnamed(elsewhere, reply, call);
      if (lacking.size === 0 || tries === mostTries) return reply;
      const reserved = await this.reserve(home, work.idempotency, seen, lacking, call);
      if ('kind' in reserved) return reserved;
      elsewhere = reserved;
    }
  }

  /** Refused where it would leave more owed between the shards than a balance can hold. */
  private decideAcross<Answer>(
    work: Work<Answer>,
    state: LedgerView,
    elsewhere: Elsewhere,
    moment: Moment,
  ): Decision<Answer> {
    const decision = work.decide(withElsewhere(state, elsewhere), moment);
    const full = fullTransitAccount(state, elsewhere, remittancesIn(decision), this.parts.shards);
    return full === undefined ? decision : refused('balance_too_large', full);
  }

  private async decide<Answer>(
    ledger: Ledger,
    work: Work<Answer>,
    elsewhere: Elsewhere,
    call: Call,
  ): Promise<{ reply: Reply<Answer>; lacking: ReadonlyMap<string, bigint> }> {
    const reservations = reservationsIn(elsewhere);
    let lacking: ReadonlyMap<string, bigint> = new Map();
    const reply = await ledger.execute<Answer>(call, {
      ...work,
      keys: [...(work.keys ?? []), ...reservations.map(({ reservationId }) => calledOffKey(reservationId))],
      decide: (state, moment) => {
        const decision = this.decideAcross(work, state, elsewhere, moment);
        const isLate = reservations.some(({ reservationId }) => isReservationCalledOff(state, reservationId));
        const remittances = remittancesIn(decision);
        const isSure = !isLate && unreserved(elsewhere, remittances).size === 0;
        // All of it anew: what was set aside for this attempt is freed.
        lacking = isSure ? new Map() : unreserved(withoutReservations(elsewhere), remittances);
        return lacking.size > 0 ? refused('not_reserved') : decision;
      },
    });
    return { reply, lacking };
  }

  /** What other shards say of what the work is about; undefined when it is about none of theirs, or is answered. */
  private async look<Answer>(home: number, work: Work<Answer>, call: Call): Promise<Elsewhere | NotServed | undefined> {
    const needed = await this.neededElsewhere(home, work);
    if (needed === undefined) return unserved('not_leading');
    const { shards, deskOf } = this.parts;
    const { follows = '' } = work;
    const followed = follows === '' ? home : shardOfTransaction(follows, shards);
    if (needed.length === 0 && followed === home) return undefined;
    const byShard = Map.groupBy(needed, (accountId) => shardOf(accountId, shards));
    if (followed !== home && !byShard.has(followed)) byShard.set(followed, []);
    const accounts = new Map<string, ForeignAccount>();
    const transactionIds = new Set<string>();
    const asked = [...byShard].map(async ([shard, accountIds]) => {
      const reply = await deskOf(shard).describe(accountIds, shard === followed ? [follows] : [], call);
      if (reply.kind !== 'answered') return reply;
      for (const account of reply.answer.accounts) {
        accounts.set(account.accountId, { shard, account, reservationId: '' });
      }
      for (const transactionId of reply.answer.transactionIds) transactionIds.add(transactionId);
      return undefined;
    });
    const unanswered = (await Promise.all(asked)).find((reply) => reply !== undefined);
    if (unanswered) return unserved('not_leading');
    return { home, accounts, transactionIds };
  }

  /** What a command is about and another shard keeps: its transaction, or accounts. Undefined: nobody leads here. */
  private async keptElsewhere(home: number, command: Command): Promise<readonly string[] | undefined> {
    const transactionId = 'transactionId' in command ? command.transactionId : undefined;
    if (transactionId !== undefined && shardOfTransaction(transactionId, this.parts.shards) !== home) {
      return [transactionId];
    }
    return this.neededElsewhere(home, workOf(command));
  }

  /** The accounts of other shards that work is about; none when it is answered already. Undefined: nobody leads here. */
  private neededElsewhere<Answer>(home: number, work: Work<Answer>): Promise<readonly string[] | undefined> {
    const { caller, key } = work.idempotency;
    return this.parts.ledgerOf(home).foresee(work, (state) => {
      if (state.answers.has(answerKey(caller, key))) return [];
      return [...new Set(work.accounts(state))].filter((accountId) => !this.isAt(home, accountId));
    });
  }

  /** Sets aside what lacks. Answers what is known elsewhere after that, or why it cannot be set aside. */
  private async reserve(
    home: number,
    { caller, key }: IdempotencyScope,
    seen: Elsewhere,
    lacking: ReadonlyMap<string, bigint>,
    call: Call,
  ): Promise<Elsewhere | Exclude<Reply<never>, { kind: 'answered' }>> {
    const accounts = new Map(seen.accounts);
    const reserved: ForeignAccount[] = [];
    for (const [accountId, needed] of lacking) {
      const foreign = accounts.get(accountId);
      if (!foreign) throw new Error(`nothing is known of ${accountId}`);
      const { shard, account } = foreign;
      const amount: Cents = cents(needed);
      const wanted = { accountId, amount, currency: account.currency, reservedFor: { home, caller, key } };
      const reply = await this.parts.deskOf(shard).reserve(wanted, call);
      if (reply.kind !== 'answered') {
        await this.release(reserved, call);
        return reply;
      }
      // Whether that is enough is seen by what the decision takes: more is set aside anew, and refused there or not.
      const standIn = { status: 'ACTIVE', posted: amount, held: cents(0n), limit: unboundedLimit } as const;
      const set: Account = { ...account, ...standIn };
      const one = { shard, account: set, reservationId: reply.answer.transactionId };
      accounts.set(accountId, one);
      reserved.push(one);
    }
    return { ...seen, accounts };
  }

  /**
   * Frees what was set aside and is not named by the answer: this was the only attempt that knows of it, and it is over.
   * Of an attempt whose end is not known nothing is freed: the shard that keeps it asks the home itself.
   */
  private async releaseUnnamed<Answer extends CommandAnswer>(
    elsewhere: Elsewhere,
    reply: Reply<Answer>,
    call: Call,
  ): Promise<void> {
    if (reply.kind === 'unserved') return;
    const named = reply.kind === 'answered' && 'reservationIds' in reply.answer ? reply.answer.reservationIds : [];
    await this.release(
      reservationsIn(elsewhere).filter(({ reservationId }) => !named.includes(reservationId)),
      call,
    );
  }

  /** Where it fails, the resolver of that shard ends it later. */
  private async release(reservations: readonly ForeignAccount[], call: Call): Promise<void> {
    await Promise.all(
      reservations.map(({ shard, reservationId }) =>
        this.parts
          .deskOf(shard)
          .release(reservationId, call)
          .catch(() => undefined),
      ),
    );
  }

  private isAt(home: number, accountId: string): boolean {
    return shardOf(accountId, this.parts.shards) === home;
  }

  /** Whether a command alone tells that it is about accounts and transactions of its home only. */
  private isWithin(home: number, command: Command): boolean {
    const follows = 'followsTransactionId' in command ? command.followsTransactionId : undefined;
    if (follows && shardOfTransaction(follows, this.parts.shards) !== home) return false;
    return accountsNamed(command)?.every((accountId) => this.isAt(home, accountId)) === true;
  }
}

/** A command as its home decides it: the bank's own accounts in a template are the home's. */
function at<Some extends Command>(command: Some, home: number): Some {
  return command.kind === 'postByTemplate' && home !== 0 ? { ...command, shard: home } : command;
}

function workOf<Some extends Command>(command: Some): Work<AnswerTo<Some>> {
  const accounts = accountsNamed(command);
  return {
    ...taskOf(command),
    idempotency: command.idempotency,
    accounts: (state) =>
      accounts ?? accountsOfTransaction(state, 'transactionId' in command ? command.transactionId : ''),
    follows: 'followsTransactionId' in command ? command.followsTransactionId : undefined,
  };
}

function remittancesIn<Answer>({ record }: Decision<Answer>): readonly Remittance[] {
  return record?.change.kind === 'transaction' ? record.change.remittances : noRemittances;
}

function assetsIn({ accounts }: Elsewhere): ReadonlySet<string> {
  return new Set([...accounts.values()].map(({ account }) => account.currency));
}

function reservationsIn({ accounts }: Elsewhere): ForeignAccount[] {
  return [...accounts.values()].filter(({ reservationId }) => reservationId !== '');
}

function withoutReservations(elsewhere: Elsewhere): Elsewhere {
  const accounts = [...elsewhere.accounts].map(([accountId, foreign]): [string, ForeignAccount] => [
    accountId,
    { ...foreign, reservationId: '' },
  ]);
  return { ...elsewhere, accounts: new Map(accounts) };
}

/** Accounts of other shards after what is remitted to them. */
function after({ accounts }: Elsewhere, remittances: readonly Remittance[]): Account[] {
  const changed = new Map<string, Account>();
  for (const { accountId, posted } of remittances.flatMap(({ postings }) => postings)) {
    const account = changed.get(accountId) ?? accounts.get(accountId)?.account;
    if (!account) continue;
    const next = { ...account, posted: cents(account.posted + posted), sequence: account.sequence + 1 };
    changed.set(accountId, next);
  }
  return [...changed.values()];
}
