import { change, type Mutation } from './mutation.ts';
import { mutationsOfRules } from './rule-mutations.ts';
import { mutationsAcrossShards } from './shards/mutations.ts';

const application = 'src/application';

/** Of the way into the journal and back out of it. */
const mutationsOfTheWritePath: readonly Mutation[] = [
  change(
    'the fence is dropped: a batch is put over the one that is there',
    'test/simulation/simulated-store.ts',
    'if (present) return present.header.batchId',
    'if (present?.header.batchId === batchId) return present.header.batchId',
  ),
  change(
    'a leader that lost the race for a sequence goes on',
    `${application}/commit-loop.ts`,
    "if (result === 'taken') return this.giveUp();",
    '',
  ),
  change(
    'an answer leaves before it is durable',
    `${application}/ledger.ts`,
    'return this.whenDurable(outcome, await (fate ?? this.unchanged(leading)));',
    "void fate; return this.whenDurable(outcome, 'durable');",
  ),
  change(
    'callers of a batch hear that it is durable while it is on its way',
    `${application}/commit-loop.ts`,
    'const result = await this.append(encoded);',
    "batch.settle('durable'); const result = await this.append(encoded);",
  ),
  change(
    'a batch whose append failed twice is taken for durable',
    `${application}/commit-loop.ts`,
    'broken = true;',
    "broken = true; if (pauseMs > firstRetryMs) return 'appended';",
  ),
  change(
    'what was given up is told to be durable',
    `${application}/commit-loop.ts`,
    "for (const batch of this.queue) batch.settle('lost');",
    "for (const batch of this.queue) batch.settle('durable');",
  ),
  change(
    'a replay skips the last record of a batch',
    `${application}/recover.ts`,
    'for (const record of records) apply(known.state, record);',
    'for (const record of records.slice(0, Math.max(1, records.length - 1))) apply(known.state, record);',
  ),
  change(
    'a takeover forgets the answers given under keys',
    `${application}/recover.ts`,
    'for (const record of records) apply(known.state, record);',
    'for (const record of records) apply(known.state, record); known.state.answers.clear();',
  ),
  change(
    'holds that have run out are not expired',
    `${application}/expire-holds.ts`,
    'expiries.push(ledger.execute(call, nextExpiry));',
    '',
  ),
  change(
    'after a broken connection the last batch is not put again',
    `${application}/commit-loop.ts`,
    "if (broken && this.end.last && (await journal.append(this.end.last)) === 'taken') return 'taken';",
    '',
  ),
  change(
    'who has lost what it decided follows with it',
    `${application}/commit-loop.ts`,
    'isStateSound && this.waiting === 0 ? this.end : undefined',
    '(void isStateSound, this.end)',
  ),
  change(
    'reads do not ask whether somebody else may lead',
    `${application}/ledger.ts`,
    ': loop.confirmed();',
    ': loop.settled();',
  ),
  change(
    'one look at the journal is taken for every later one',
    `${application}/rounds.ts`,
    'this.next = undefined;',
    '',
  ),
  change(
    'a new leader relies on its lease before it has written anything',
    `${application}/ledger.ts`,
    ' && loop.isFence',
    '',
    // Somebody must read in the moments between a leader's last look at the journal and its first batch.
    580,
  ),
  change(
    'reads and refusals do not wait for what they rest on',
    `${application}/ledger.ts`,
    'loop.settled() : loop.confirmed();',
    "Promise.resolve<Fate>('durable') : Promise.resolve<Fate>('durable');",
  ),
  change(
    'a holder counts on its lease for longer than it is',
    `${application}/lease.ts`,
    'const sureShare = 0.8;',
    'const sureShare = 40;',
  ),
  change(
    'the publisher saves its position before it tells',
    `${application}/follow-journal.ts`,
    'await this.options.take(batches);',
    'this.position = last.header.sequence; await this.savePosition(); await this.options.take(batches);',
  ),
  change(
    'the publisher takes what was committed here of late for all there is',
    `${application}/follow-journal.ts`,
    'header.sequence === this.position + 1 + offset',
    'header.sequence > offset',
  ),
  change(
    'time goes back',
    `${application}/ledger.ts`,
    'return Math.max(this.parts.scheduler.now(), state.decidedAt);',
    'void state; return this.parts.scheduler.now();',
  ),
  change(
    'a batch does not name the one before it',
    `${application}/commit-loop.ts`,
    'previousHash: this.end.hash,',
    "previousHash: '',",
  ),
  {
    name: 'what must be together may lie in two batches',
    edits: [
      {
        file: `${application}/commit-loop.ts`,
        find: 'if (crowded && last.records.length > 0) last.sealed = true;',
        replace: 'void crowded;',
      },
      {
        file: `${application}/ledger.ts`,
        find: 'if (!leading.loop.fits(encoded)) return',
        replace: 'if (leading.loop.depth < 0) return',
      },
    ],
    simulation: 'oneShard',
  },
  change(
    'a dry run is journaled',
    `${application}/ledger.ts`,
    'if (record) apply(staged, record);\n    const accounts',
    'if (record) { apply(staged, record); void this.journalise(leading, record); }\n    const accounts',
  ),
  change(
    'the journal forgets what a transaction has captured',
    'src/adapters/protobuf/transaction-message.ts',
    'capturedCents: transaction.captured,',
    'capturedCents: transaction.captured && 0n,',
  ),
  change(
    'the index of keys leaves one record in a batch out',
    `${application}/memory/recent-records.ts`,
    'if (answer) indexes.keys.add',
    'if (answer && index !== 1) indexes.keys.add',
  ),
  change(
    'a checkpoint tells the accounts that are new, and not those that have changed',
    `${application}/memory/snapshot.ts`,
    'account !== before.accounts[place]',
    'place >= before.accounts.length',
  ),
  change(
    'a checkpoint does not tell which holds have ended',
    `${application}/memory/snapshot.ts`,
    'return { accounts, transactions, ended };',
    'return { accounts, transactions, ended: ended.slice(0, 0) };',
  ),
  change(
    'stored objects that are in use are swept',
    `${application}/memory/retention.ts`,
    'if (needed.has(name)) continue;',
    '',
  ),
  change(
    'whoever takes over reads by what may have been swept',
    `${application}/leadership.ts`,
    'await known.memory?.makeSure(known.state, known.end.sequence);',
    '',
    // It takes a standby that follows slowly, and then leads.
    1_870,
  ),
  change(
    'a transaction is brought back as it was at first',
    `${application}/memory/recent-records.ts`,
    'if (version > 1)',
    'if (version > 2)',
  ),
];

/** Each must be caught by the simulation that it says. */
export const mutations: readonly Mutation[] = [
  ...mutationsOfTheWritePath,
  ...mutationsOfRules,
  ...mutationsAcrossShards,
];
