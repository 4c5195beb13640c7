import { hash } from 'node:crypto';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import {
  JournalBatch as BatchMessage,
  type JournalEntry as EntryMessage,
  JournalRecord as RecordMessage,
  type Remittance as RemittanceMessage,
  type RemittedPosting as RemittedMessage,
} from '@ipe/contracts/gen/bank/transaction/v1/journal';
import { cents } from '@ipe/money/cents';
import type { BatchHeader, EncodedBatch, JournalBatch, JournalCodec } from '../../application/ports.ts';
import type { Entry } from '../../domain/entry.ts';
import type { LedgerRecord } from '../../domain/record.ts';
import { noRemittances, type Remittance, type RemittedPosting } from '../../domain/remittance.ts';
import { accountStatuses, entryKinds } from './enums.ts';
import {
  fromBalance,
  fromTransactionMessage,
  requiredInstant,
  toBalance,
  toTransactionMessage,
} from './transaction-message.ts';
import { written } from './written.ts';

/** Tag of JournalBatch.records: field 7, length-delimited. */
const recordsTag = (7 << 3) | 2;

/** The journal's bytes: bank.transaction.v1.JournalBatch. */
export class ProtobufJournalCodec implements JournalCodec {
  encodeRecord(record: LedgerRecord): Uint8Array {
    return written((writer) => RecordMessage.encode(toRecordMessage(record), writer));
  }

  /** Records come encoded already: a batch is nothing but its header and their bytes, each behind its tag. */
  encodeBatch(header: BatchHeader, records: readonly Uint8Array[]): EncodedBatch {
    const { sequence, previousHash, decidedAt, ...same } = header;
    const message = {
      ...same,
      sequence: BigInt(sequence),
      previousHash: toBytes(previousHash),
      decidedAt: new Date(decidedAt),
      records: [],
    };
    const bytes = written((writer) => {
      BatchMessage.encode(message, writer);
      for (const record of records) writer.uint32(recordsTag).bytes(record);
    });
    return { header, bytes, hash: hash('sha256', bytes, 'hex') };
  }

  decodeBatch(bytes: Uint8Array): JournalBatch {
    const { sequence, previousHash, decidedAt, records, ...same } = BatchMessage.decode(bytes);
    const header = {
      ...same,
      sequence: Number(sequence),
      previousHash: toHex(previousHash),
      decidedAt: requiredInstant(decidedAt),
    };
    return { header, bytes, hash: hash('sha256', bytes, 'hex'), records: records.map(fromRecordMessage) };
  }

  decodeRecord(bytes: Uint8Array, index: number): LedgerRecord | undefined {
    const reader = new BinaryReader(bytes);
    for (let records = 0; reader.pos < reader.len; ) {
      const tag = reader.uint32();
      if (tag !== recordsTag) reader.skip(tag & 7);
      else if (records++ === index) return fromRecordMessage(RecordMessage.decode(reader, reader.uint32()));
      else reader.skip(tag & 7);
    }
    return undefined;
  }
}

function toRecordMessage({ decidedAt, idempotency, traceparent, change }: LedgerRecord): RecordMessage {
  const message: RecordMessage = {
    decidedAt: new Date(decidedAt),
    idempotency: idempotency && { ...idempotency, fingerprint: toBytes(idempotency.fingerprint) },
    traceparent,
  };
  switch (change.kind) {
    case 'transaction':
      message.transactionChange = {
        transactions: change.transactions.map(toTransactionMessage),
        entries: change.entries.map(toEntryMessage),
        delivered: change.delivered.map(toTransactionMessage),
        remittances: change.remittances.map(toRemittanceMessage),
      };
      return message;
    case 'account':
      message.accountChange = {
        account: toBalance(change.account),
        entries: change.entries.map(toEntryMessage),
        hash: toBytes(change.account.hash),
      };
      return message;
    case 'cancelled':
      message.authorizationCancelled = { caller: change.caller, authorizationKey: change.authorizationKey };
      return message;
  }
}

function fromRecordMessage(message: RecordMessage): LedgerRecord {
  const { idempotency, traceparent } = message;
  const decidedAt = requiredInstant(message.decidedAt);
  return {
    decidedAt,
    idempotency: idempotency && {
      ...idempotency,
      fingerprint: toHex(idempotency.fingerprint),
    },
    traceparent,
    change: fromChange(message, decidedAt),
  };
}

function fromChange(message: RecordMessage, decidedAt: number): LedgerRecord['change'] {
  const { transactionChange, accountChange, authorizationCancelled } = message;
  if (transactionChange) {
    const [first, ...others] = transactionChange.transactions.map(fromTransactionMessage);
    if (!first) throw new Error('a transaction change without a transaction');
    const entries = transactionChange.entries.map((entry) => fromEntryMessage(entry, decidedAt));
    const { delivered, remittances } = transactionChange;
    return {
      kind: 'transaction',
      transactions: [first, ...others],
      entries,
      remittances: remittances.length === 0 ? noRemittances : remittances.map(fromRemittanceMessage),
      delivered: delivered.map(fromTransactionMessage),
    };
  }
  if (accountChange?.account) {
    const entries = accountChange.entries.map((entry) => fromEntryMessage(entry, decidedAt));
    return { kind: 'account', account: fromBalance(accountChange.account, toHex(accountChange.hash)), entries };
  }
  if (authorizationCancelled) return { kind: 'cancelled', ...authorizationCancelled };
  throw new Error('a record of a kind that is not known here');
}

function toRemittanceMessage({ shard, postings, reservationIds }: Remittance): RemittanceMessage {
  return { shard, postings: postings.map(toRemittedMessage), reservationIds: [...reservationIds] };
}

function fromRemittanceMessage({ shard, postings, reservationIds }: RemittanceMessage): Remittance {
  return { shard, postings: postings.map(fromRemittedMessage), reservationIds };
}

export function toRemittedMessage(posting: RemittedPosting): RemittedMessage {
  const { accountId, counterpartyAccountId, kind, posted, currency } = posting;
  return { accountId, counterpartyAccountId, kind: entryKinds.toMessage(kind), postedDeltaCents: posted, currency };
}

export function fromRemittedMessage(message: RemittedMessage): RemittedPosting {
  const { accountId, counterpartyAccountId, kind, postedDeltaCents, currency } = message;
  const posted = cents(postedDeltaCents);
  return { accountId, counterpartyAccountId, kind: entryKinds.fromMessage(kind), posted, currency };
}

function toEntryMessage(entry: Entry): EntryMessage {
  return {
    accountId: entry.accountId,
    sequence: BigInt(entry.sequence),
    kind: entryKinds.toMessage(entry.kind),
    transactionId: entry.transactionId,
    counterpartyAccountId: entry.counterpartyAccountId,
    postedDeltaCents: entry.postedDelta,
    heldDeltaCents: entry.heldDelta,
    postedCents: entry.posted,
    heldCents: entry.held,
    limitCents: entry.limit,
    accountStatus: accountStatuses.toMessage(entry.status),
    hash: toBytes(entry.hash),
  };
}

function fromEntryMessage(message: EntryMessage, bookedAt: number): Entry {
  return {
    accountId: message.accountId,
    sequence: Number(message.sequence),
    kind: entryKinds.fromMessage(message.kind),
    transactionId: message.transactionId,
    counterpartyAccountId: message.counterpartyAccountId,
    postedDelta: cents(message.postedDeltaCents),
    heldDelta: cents(message.heldDeltaCents),
    posted: cents(message.postedCents),
    held: cents(message.heldCents),
    limit: cents(message.limitCents),
    status: accountStatuses.fromMessage(message.accountStatus),
    bookedAt,
    hash: toHex(message.hash),
  };
}

function toBytes(hex: string): Buffer {
  return Buffer.from(hex, 'hex');
}

function toHex(bytes: Uint8Array): string {
  // A view: the bytes themselves are not copied.
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}
