import type { EncodedBatch, JournalCodec } from '../../src/application/ports.ts';
import { apply } from '../../src/domain/apply.ts';
import { emptyLedger, type LedgerState } from '../../src/domain/ledger-state.ts';
import type { LedgerRecord } from '../../src/domain/record.ts';
import { auditRecord, differenceText, emptyAudit } from '../../src/domain/verification/audit.ts';
import { sha256 } from '../paper-ledger.ts';
import { HoldBook } from './hold-book.ts';
import { KeyBook } from './key-book.ts';
import { RuleBook } from './rule-book.ts';
import { Versions } from './versions.ts';
import type { World } from './world.ts';

/**
 * What is durable, batch by batch as the store takes it: the journal is the truth, whatever a replica believes. Checks
 * the books again with each batch, and remembers what was true when.
 */
export class Truth {
  /** The journal replayed. */
  readonly state: LedgerState = emptyLedger();
  readonly batches: EncodedBatch[] = [];
  /** When each record became durable. */
  readonly durableAt: number[] = [];
  readonly accounts = new Versions(this.durableAt);
  readonly transactions = new Versions(this.durableAt);
  readonly keys: KeyBook;
  readonly holds: HoldBook;
  private readonly rules: RuleBook;
  private readonly audit = emptyAudit();
  private readonly hashes = new Map<string, string>();

  /** onRecord: told each record once it is durable and part of the state. */
  constructor(
    private readonly world: World,
    private readonly codec: JournalCodec,
    readonly shard = 0,
    private readonly onRecord: (record: LedgerRecord) => void = () => undefined,
  ) {
    this.keys = new KeyBook(world);
    this.holds = new HoldBook(world);
    this.rules = new RuleBook(world);
  }

  get end(): EncodedBatch | undefined {
    return this.batches.at(-1);
  }

  /** behindLoss: the batch before it is missing in the store. */
  append(encoded: EncodedBatch, behindLoss: boolean): void {
    const { world, end } = this;
    const { header, records, hash } = this.codec.decodeBatch(encoded.bytes);
    if (behindLoss) world.broken('the journal has no gap', `batch ${header.sequence} follows one that was lost`);
    if (header.sequence !== (end?.header.sequence ?? 0) + 1) {
      world.broken('the journal has no gap', `batch ${header.sequence} follows ${end?.header.sequence ?? 0}`);
    }
    if (header.previousHash !== (end?.hash ?? '') || hash !== encoded.hash) {
      world.broken('the journal is one chain', `batch ${header.sequence} does not follow the one before it`);
    }
    this.batches.push(encoded);
    world.count('batches');
    records.forEach((record, index) => {
      this.take(record, { shard: this.shard, batch: header.sequence, record: index });
    });
  }

  private take(record: LedgerRecord, place: { shard: number; batch: number; record: number }): void {
    const { world } = this;
    const index = this.durableAt.push(world.now) - 1;
    world.count('records');
    world.note(
      () =>
        `durable: ${place.shard > 0 ? `shard ${place.shard}, ` : ''}${place.batch}/${place.record} ${textOf(record)}`,
    );
    this.rules.take(record, this.audit.accounts);
    const difference = auditRecord(this.audit, record, place, sha256);
    if (difference) world.broken('the books are right', differenceText(difference));
    try {
      apply(this.state, record);
    } catch (error) {
      world.broken('the books are right', String(error));
    }
    this.keys.take(record, index, place.batch);
    this.onRecord(record);
    if (record.change.kind === 'cancelled') return;
    for (const { accountId, sequence, hash } of record.change.entries) {
      this.hashes.set(`${accountId}#${sequence}`, hash);
      this.rememberAccount(accountId, index);
    }
    if (record.change.kind === 'account') return;
    for (const transaction of record.change.transactions) {
      this.transactions.add(transaction.transactionId, { version: transaction.version, value: transaction, index });
      this.holds.take(transaction, record.decidedAt);
    }
    for (const { accountId, held } of record.change.entries) {
      const last = this.audit.accounts.get(accountId)?.held ?? held;
      this.holds.check(accountId, last);
    }
  }

  /** Hash of an account's entry; undefined when there is none. */
  entryHash(accountId: string, sequence: number): string | undefined {
    return this.hashes.get(`${accountId}#${sequence}`);
  }

  /** As the audit has computed it, which believes nothing of what the record says. */
  private rememberAccount(accountId: string, index: number): void {
    const head = this.audit.accounts.get(accountId);
    if (!head) return;
    const { batch: _batch, record: _record, ...account } = head;
    this.accounts.add(accountId, { version: account.sequence, value: account, index });
  }
}

function textOf({ change, idempotency }: LedgerRecord): string {
  const key = idempotency ? `${idempotency.caller} ${idempotency.key}` : 'by itself';
  if (change.kind === 'cancelled') return `cancelled ${change.authorizationKey}`;
  const entries = change.entries.map((entry) => `${entry.accountId}#${entry.sequence} ${entry.kind}`);
  return `${key}: ${entries.join(', ')}`;
}
