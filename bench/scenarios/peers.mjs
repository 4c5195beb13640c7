import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { withWorkbench } from '../fixture/workbench.mjs';
import { checkBlnk, prepareBlnk } from '../peers/blnk.mjs';
import { checkFormance, prepareFormance, tellFormance } from '../peers/formance.mjs';
import { checkPostgres, pgbench, preparePostgres, tellPostgres } from '../peers/postgres.mjs';
import { checkLedger, takeTurns } from './turns.mjs';

export const about =
  'Formance Ledger, Blnk and a PostgreSQL function, at the addresses given, in turns with the ledger';

/** Blnk's API tells neither its version nor a setting. */
const peers = {
  formance: { prepare: prepareFormance, check: checkFormance, tell: tellFormance },
  blnk: { prepare: prepareBlnk, check: checkBlnk, tell: () => ({}) },
  postgres: { prepare: preparePostgres, check: checkPostgres, tell: tellPostgres, press: pgbench },
};

/** Uniform and skewed at 1, 16 and 64 in flight; durable, one transfer a request. */
export function run(options) {
  const asked = Object.keys(peers).filter((name) => options[name]);
  if (asked.length === 0) throw new Error('no peer: give --formance URL, --blnk URL or --postgres URL');
  return withWorkbench(options, async (bench) => {
    const { accounts } = options;
    const ledger = await bench.ledger();
    await bench.openAccounts(ledger.address, accounts);
    const prepared = {};
    const told = {};
    for (const name of asked) {
      const url = options[name].replace(/\/$/, '');
      told[name] = await peers[name].tell({ url });
      prepared[name] = await peers[name].prepare({ url, accounts, name: `ipe-bench-${randomUUID().slice(0, 8)}` });
    }
    const sides = {};
    for (const workload of ['uniform', 'skewed']) {
      for (const inFlight of [1, 16, 64]) {
        const loop = { inFlight };
        const transfers = { address: ledger.address, workload, accounts };
        sides[`ledger ${workload} ${inFlight}`] = {
          generator: await bench.generator('transfer', transfers),
          loop,
          watch: { service: ledger.pid },
        };
        for (const name of asked) {
          const settings = { ...prepared[name], workload, sockets: inFlight };
          const generator = peers[name].press?.(settings) ?? (await bench.generator(name, settings));
          sides[`${name} ${workload} ${inFlight}`] = { generator, loop };
        }
      }
    }
    const turns = await takeTurns(bench, sides);

    const sidesOf = (name) => Object.keys(sides).filter((side) => side.startsWith(`${name} `));
    const ledgerFiles = sidesOf('ledger').flatMap((side) => turns.files[side]);
    const invariants = (await checkLedger(bench.books(), ledgerFiles, ledger.address, accounts)).invariants;
    for (const name of asked) {
      const files = sidesOf(name).flatMap((side) => turns.files[side]);
      const acknowledged = files.flatMap((file) => readFileSync(file, 'utf8').split('\n').filter(Boolean));
      const completed = sidesOf(name).reduce((sum, side) => sum + (sides[side].generator.completed ?? 0), 0);
      const failed = sidesOf(name).reduce((sum, side) => sum + turns.failures[side], 0);
      const found = await peers[name].check(prepared[name], { acknowledged, completed, failed });
      for (const [invariant, kept] of Object.entries(found)) invariants[`${name}: ${invariant}`] = kept;
    }
    const ratios = Object.fromEntries(
      Object.keys(sides)
        .filter((side) => !side.startsWith('ledger '))
        .map((side) => [`ledger over ${side}`, turns.ratio(side.replace(/^\w+/, 'ledger'), side)]),
    );
    return {
      settings: { ...bench.settings, peers: told },
      rounds: turns.rounds,
      figures: Object.assign({}, ...Object.keys(sides).map((side) => figuresOf(turns, side))),
      ratios,
      failed: turns.failed,
      invariants,
    };
  });
}

/** The engine is the ledger's alone: what it took while a peer was pressed is no figure of the peer's. */
function figuresOf(turns, side) {
  const figures = Object.entries(turns.figures(side));
  return Object.fromEntries(
    figures.filter(([name]) => side.startsWith('ledger ') || !name.endsWith('CPU of the engine')),
  );
}
