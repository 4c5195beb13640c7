import { setTimeout as wait } from 'node:timers/promises';
import { figure, goal, ratioOfRounds } from '../figures.mjs';
import { fill } from '../fixture/fill.mjs';
import { withWorkbench } from '../fixture/workbench.mjs';
import { checkLedger, takeTurns } from './turns.mjs';

export const about =
  'what a transfer costs with 1,000,000 accounts, and with 5,000,000 transfers, beside a small ledger';

const small = 1_000;
const restedWithinMs = 600_000;

/** Two ledgers in turns: a small one, and one that is large in accounts, and then in its journal as well. */
export function run(options) {
  const { accounts, transfers } = options.large;
  return withWorkbench({ ...options, accounts }, async (bench) => {
    const ledgers = { small: await bench.ledger({ name: 'small' }), large: await bench.ledger({ name: 'large' }) };
    const sizes = { small, large: accounts };
    const books = { small: bench.books('small-'), large: bench.books('large-') };
    const sides = {};
    for (const [name, { address, pid }] of Object.entries(ledgers)) {
      await bench.openAccounts(address, sizes[name]);
      const settings = { address, accounts: sizes[name], workload: 'uniform' };
      const generator = await bench.generator('transfer', settings);
      sides[name] = { generator, loop: { inFlight: 64 }, watch: { service: pid } };
    }
    await rested(ledgers.large);
    const withAccounts = await takeTurns(bench, sides);
    await fill(bench, ledgers.large.address, { accounts, transfers });
    await rested(ledgers.large);
    const withJournal = await takeTurns(bench, sides);

    const invariants = {};
    for (const [name, { address }] of Object.entries(ledgers)) {
      const files = [...withAccounts.files[name], ...withJournal.files[name]];
      const found = await checkLedger(books[name], files, address, sizes[name]);
      for (const [invariant, kept] of Object.entries(found.invariants)) invariants[`${name}: ${invariant}`] = kept;
      if (name === 'large') invariants['large: journal as long as asked'] = found.transactions >= transfers;
    }
    const { of: cost, figures, ratios, goals } = told({ 'more accounts': withAccounts, 'longer journal': withJournal });
    return {
      settings: { ...bench.settings, accounts: sizes, transfers },
      rounds: [
        ...withAccounts.rounds.map((round) => ({ phase: 'more accounts', ...round })),
        ...withJournal.rounds.map((round) => ({ phase: 'longer journal', ...round })),
      ],
      figures: { ...figures, 'resident, large': figure('MB', cost) },
      ratios,
      goals,
      failed: withAccounts.failed + withJournal.failed,
      invariants,
    };
  });
}

/**
 * Waits until a ledger has done in the background what was left of its filling, which came several times faster than
 * what is measured. What the turns themselves make due is done during the turns.
 */
async function rested(ledger) {
  const startedAt = Date.now();
  for (let quiet = 0; quiet < 3; await wait(1_000)) {
    const isWorking = (await ledger.metric('ledger_background_work')) ?? 0;
    quiet = isWorking ? 0 : quiet + 1;
    if (Date.now() - startedAt > restedWithinMs) throw new Error('the ledger does not come to rest');
  }
  console.log(`  at rest after ${((Date.now() - startedAt) / 1000).toFixed(0)} s`);
}

function told(phases) {
  const figures = {};
  const ratios = {};
  const goals = {};
  let of = [];
  for (const [phase, turns] of Object.entries(phases)) {
    const cpu = (side) => turns.of(side, 'cpuSecondsPer1000').map(({ service }) => service);
    of = turns.of('large', 'residentMb').map(({ service }) => service);
    for (const side of ['small', 'large']) {
      figures[`${phase}: ${side}`] = figure('transfers/s', turns.of(side, 'perSecond'));
      figures[`${phase}: ${side}, service CPU`] = figure('s per 1,000', cpu(side));
    }
    const cost = `${phase}: CPU of a transfer, large over small`;
    ratios[cost] = ratioOfRounds(cpu('large'), cpu('small'));
    ratios[`${phase}: throughput, small over large`] = turns.ratio('small', 'large');
    goals[cost] = goal(ratios[cost], '<=', 1.2);
    goals[`${phase}: throughput, small over large`] = turns.goal('small', 'large', '<=', 1.2);
  }
  return { of, figures, ratios, goals };
}
