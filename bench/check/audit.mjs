// What every journal must hold, batch by batch, in memory that grows with the accounts and not with the journal. Pure.

export class Audit {
  /** Account id → its last entry: { sequence, posted, held }, all bigint; balances in cents. */
  accounts = new Map();
  /** What was remitted from one shard to another and not seen there yet, or seen there first: lines and cents. */
  onTheWay = new Map();
  seen = { batches: 0, records: 0, bytes: 0, transactions: 0 };
  firstBreach = undefined;
  breaches = { entriesSumToZero: 0, noneNegative: 0, sequencesGapFree: 0, entriesFollowBalances: 0, batchesGapFree: 0 };
  lastBatch = new Map();

  /** batch: a decoded JournalBatch. expected: name of an acknowledged state → how often it was found so far. */
  take(batch, bytes, expected = new Map()) {
    this.seen.batches += 1;
    this.seen.bytes += bytes;
    const sequence = Number(batch.sequence);
    const last = this.lastBatch.get(batch.shard) ?? 0;
    if (sequence !== last + 1) this.breach('batchesGapFree', `batch ${sequence} follows ${last}`);
    this.lastBatch.set(batch.shard, sequence);
    for (const record of batch.records) {
      this.takeRecord(record, expected);
      if (record.transactionChange) this.takeRemittances(batch.shard, record.transactionChange);
    }
  }

  takeRecord({ transactionChange, accountChange }, expected) {
    this.seen.records += 1;
    const entries = transactionChange?.entries ?? accountChange?.entries ?? [];
    let sum = 0n;
    for (const entry of entries) {
      sum += entry.postedDeltaCents;
      this.takeEntry(entry);
    }
    const transactions = transactionChange?.transactions ?? [];
    const [first] = transactions;
    if (sum !== 0n) this.breach('entriesSumToZero', `the entries of ${first?.transactionId} sum to ${sum}`);
    for (const { transactionId, version } of transactions) {
      this.seen.transactions += Number(version === 1);
      const name = `${transactionId}.${version}`;
      const times = expected.get(name);
      if (times !== undefined) expected.set(name, times + 1);
    }
  }

  /** What one shard remits, another writes under the id of the same transaction: in whichever order they are read. */
  takeRemittances(here, { transactions, entries, delivered = [], remittances = [] }) {
    for (const { shard, postings } of remittances) {
      const cents = postings.reduce((sum, { postedDeltaCents }) => sum + postedDeltaCents, 0n);
      this.move(`${transactions[0].transactionId} to ${shard}`, postings.length, cents);
    }
    if (delivered.length === 0) return;
    const ids = new Set(delivered.map(({ transactionId }) => transactionId));
    for (const { transactionId, postedDeltaCents } of entries) {
      if (ids.has(transactionId)) this.move(`${transactionId} to ${here}`, -1, -postedDeltaCents);
    }
  }

  move(name, lines, cents) {
    const before = this.onTheWay.get(name) ?? { lines: 0, cents: 0n };
    const after = { lines: before.lines + lines, cents: before.cents + cents };
    if (after.lines === 0 && after.cents === 0n) this.onTheWay.delete(name);
    else this.onTheWay.set(name, after);
  }

  takeEntry(entry) {
    const { accountId } = entry;
    const before = this.accounts.get(accountId) ?? { sequence: 0n, posted: 0n, held: 0n };
    const after = { sequence: entry.sequence, posted: entry.postedCents, held: entry.heldCents };
    if (after.sequence !== before.sequence + 1n)
      this.breach('sequencesGapFree', `${accountId}: entry ${after.sequence} follows ${before.sequence}`);
    const moved =
      after.posted - before.posted === entry.postedDeltaCents && after.held - before.held === entry.heldDeltaCents;
    if (!moved) this.breach('entriesFollowBalances', `${accountId}: entry ${after.sequence} does not add up`);
    const available = after.posted - after.held + entry.limitCents;
    if ((available < 0n && !accountId.startsWith('system:')) || after.held < 0n)
      this.breach('noneNegative', `${accountId} has ${available} available and ${after.held} held`);
    this.accounts.set(accountId, after);
  }

  breach(kind, text) {
    this.breaches[kind] += 1;
    this.firstBreach ??= text;
  }

  /** The sum of all balances comes beside the rules of each entry. */
  invariants() {
    let total = 0n;
    for (const { posted } of this.accounts.values()) total += posted;
    const kept = Object.entries(this.breaches).map(([name, count]) => [name, count === 0]);
    return { sumOfBalancesIsZero: total === 0n, ...Object.fromEntries(kept) };
  }

  /** What holds between shards once nothing is asked of them any more. */
  invariantsOfShards() {
    const of = (pot) =>
      [...this.accounts].flatMap(([accountId, { posted }]) => (accountId.startsWith(`system:${pot}:`) ? [posted] : []));
    return {
      eachRemittanceArrivedOnce: this.onTheWay.size === 0,
      nothingInTransit: of('in-transit').every((posted) => posted === 0n),
      betweenShardsSumsToZero: of('between-shards').reduce((sum, posted) => sum + posted, 0n) === 0n,
      nothingUnclaimed: of('unclaimed').every((posted) => posted === 0n),
    };
  }
}
