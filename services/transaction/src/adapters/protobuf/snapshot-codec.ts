import {
  type AccountState as AccountMessage,
  Checkpoint as CheckpointMessage,
  type StoredObject as ObjectMessage,
  type IndexRun as RunMessage,
  StateChunk as StateMessage,
} from '@ipe/contracts/gen/bank/transaction/v1/snapshot';
import { cents } from '@ipe/money/cents';
import type { Checkpoint, StoredObject, StoredRun } from '../../application/memory/checkpoint.ts';
import type { SnapshotCodec, StatePart } from '../../application/memory/ports.ts';
import type { Account } from '../../domain/account.ts';
import { accountClasses, accountStatuses } from './enums.ts';
import { fromTransactionMessage, requiredInstant, toTransactionMessage } from './transaction-message.ts';

/** What lies beside the journal: bank.transaction.v1.Checkpoint and what it names. */
export class ProtobufSnapshotCodec implements SnapshotCodec {
  encodePart({ accounts, transactions, ended }: StatePart): Uint8Array {
    const currencies = [...new Set(accounts.map(({ currency }) => currency))];
    const places = new Map(currencies.map((currency, place) => [currency, place]));
    return StateMessage.encode({
      currencies,
      accounts: accounts.map((account) => toAccountMessage(account, places.get(account.currency) ?? 0)),
      transactions: transactions.map(toTransactionMessage),
      ended: [...ended],
    }).finish();
  }

  decodePart(bytes: Uint8Array): StatePart {
    const { currencies, accounts, transactions, ended } = StateMessage.decode(bytes);
    return {
      accounts: accounts.map((account) => fromAccountMessage(account, currencies)),
      transactions: transactions.map(fromTransactionMessage),
      ended,
    };
  }

  encodeCheckpoint({ sequence, journalHash, decidedAt, ...checkpoint }: Checkpoint): Uint8Array {
    return CheckpointMessage.encode({
      shard: checkpoint.shard,
      sequence: BigInt(sequence),
      journalHash: Buffer.from(journalHash, 'hex'),
      decidedAt: new Date(decidedAt),
      hashKey: Buffer.from(checkpoint.hashKey),
      state: undefined,
      stateParts: checkpoint.state.map(toObjectMessage),
      keys: checkpoint.keys.map(toRunMessage),
      entries: checkpoint.entries.map(toRunMessage),
    }).finish();
  }

  decodeCheckpoint(bytes: Uint8Array): Checkpoint {
    const { shard, sequence, journalHash, decidedAt, hashKey, keys, entries, ...message } =
      CheckpointMessage.decode(bytes);
    const state = message.stateParts.length > 0 ? message.stateParts : [message.state];
    return {
      shard,
      sequence: Number(sequence),
      journalHash: journalHash.toString('hex'),
      decidedAt: requiredInstant(decidedAt),
      hashKey,
      state: state.map(fromObjectMessage),
      keys: keys.map(fromRunMessage),
      entries: entries.map(fromRunMessage),
    };
  }
}

function toAccountMessage(account: Account, currency: number): AccountMessage {
  return {
    accountId: account.accountId,
    accountClass: accountClasses.toMessage(account.accountClass),
    currency,
    status: accountStatuses.toMessage(account.status),
    postedCents: account.posted,
    heldCents: account.held,
    limitCents: account.limit,
    sequence: BigInt(account.sequence),
    hash: Buffer.from(account.hash, 'hex'),
  };
}

function fromAccountMessage(message: AccountMessage, currencies: readonly string[]): Account {
  const currency = currencies[message.currency];
  if (currency === undefined) throw new Error(`account ${message.accountId} has no currency`);
  return {
    accountId: message.accountId,
    accountClass: accountClasses.fromMessage(message.accountClass),
    currency,
    status: accountStatuses.fromMessage(message.status),
    posted: cents(message.postedCents),
    held: cents(message.heldCents),
    limit: cents(message.limitCents),
    sequence: Number(message.sequence),
    hash: message.hash.toString('hex'),
  };
}

function toRunMessage({ level, data, guide }: StoredRun): RunMessage {
  return { level, data: toObjectMessage(data), guide: toObjectMessage(guide) };
}

function fromRunMessage({ level, data, guide }: RunMessage): StoredRun {
  return { level, data: fromObjectMessage(data), guide: fromObjectMessage(guide) };
}

function toObjectMessage({ name, chunks, bytes, digest }: StoredObject): ObjectMessage {
  return { name, chunks, bytes: BigInt(bytes), digest: Buffer.from(digest) };
}

function fromObjectMessage(message: ObjectMessage | undefined): StoredObject {
  if (!message) throw new Error('a checkpoint does not name one of its objects');
  return { ...message, bytes: Number(message.bytes) };
}
