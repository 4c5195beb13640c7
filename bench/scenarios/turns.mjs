// Sides in turns (A B A B …) after a warm-up, and what their runs come to.
import { loadavg } from 'node:os';
import { TransactionServiceClient } from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { call, grpcClient } from '@ipe/service-kit/grpc-client';
import { linesOf } from '../check/books.mjs';
import { figure, goal, ratioOfRounds } from '../figures.mjs';
import { accountId, randomFrom } from '../load/workloads.mjs';

/**
 * sides: name → { generator, loop, watch?, worth?, before?, after? }: what is pressed, how, whose CPU is told, how many
 * transfers one operation is worth (1), and what is done before and after each turn: what `after(run)` answers is part
 * of the round. Answers what was measured, and the files of all acknowledged states, the warm-up's too.
 */
export async function takeTurns(bench, sides, { rounds = bench.options.rounds, seconds = bench.options.seconds } = {}) {
  const turns = new Turns(bench);
  for (const [name, side] of Object.entries(sides)) await turns.press(name, side, bench.options.warmUpSeconds, 0);
  for (let round = 1; round <= rounds; round += 1) {
    for (const [name, side] of Object.entries(sides)) await turns.press(name, side, seconds, round);
  }
  return turns;
}

export class Turns {
  rounds = [];
  files = {};
  /** Side → how many operations failed, the warm-up's too. */
  failures = {};

  constructor(bench) {
    this.bench = bench;
  }

  /** round 0 is the warm-up: its answers are checked, its figures are not told. */
  async press(name, { generator, loop, watch, worth = 1, before, after }, seconds, round) {
    const timed = loop.count === undefined ? { ...loop, seconds } : loop;
    await before?.();
    const run = await generator.press(timed, { watch: { engine: this.bench.enginePid, ...watch }, after });
    this.files[name] ??= [];
    if (run.file) this.files[name].push(run.file);
    this.failures[name] = (this.failures[name] ?? 0) + Object.values(run.failed).reduce((a, b) => a + b, 0);
    if (round > 0) this.rounds.push(toRound(name, run, worth, round));
    return run;
  }

  /** A member of every round of a side, in order. */
  of(name, member) {
    return this.rounds.filter(({ side }) => side === name).map((round) => round[member]);
  }

  /** What is told of a side: throughput, latency, and what each process took for 1,000 transfers. */
  figures(name, { unit = 'transfers/s' } = {}) {
    const processes = Object.keys(this.rounds.find(({ side }) => side === name).cpuSecondsPer1000);
    const cpu = processes.map((process) => {
      const values = this.of(name, 'cpuSecondsPer1000').map((of) => of[process]);
      return [`${name} CPU of the ${process}`, figure('s per 1,000', values)];
    });
    return {
      [name]: figure(unit, this.of(name, 'perSecond')),
      [`${name} p50`]: figure('ms', this.of(name, 'p50')),
      [`${name} p99`]: figure('ms', this.of(name, 'p99')),
      ...Object.fromEntries(cpu),
    };
  }

  ratio(over, under, member = 'perSecond') {
    return ratioOfRounds(this.of(over, member), this.of(under, member));
  }

  goal(over, under, bound, value, member = 'perSecond') {
    return goal(this.ratio(over, under, member), bound, value);
  }

  get failed() {
    return Object.values(this.failures).reduce((sum, count) => sum + count, 0);
  }
}

function toRound(side, run, worth, round) {
  const { completed, failed, firstFailure, seconds, latencyMs, cpu, cpuSeconds, residentMb } = run;
  const transfers = completed * worth;
  const per1000 = (value) => (value / transfers) * 1000;
  return {
    round,
    side,
    completed: transfers,
    failed,
    ...(firstFailure ? { firstFailure } : {}),
    seconds,
    perSecond: transfers / seconds,
    ...latencyMs,
    longestSilenceMs: run.longestSilenceMs,
    cpuSecondsPer1000: Object.fromEntries(
      Object.entries({ ...cpu, generator: cpuSeconds }).map(([name, value]) => [name, per1000(value)]),
    ),
    residentMb,
    ...run.told,
    machineLoad: loadavg()[0],
  };
}

/** The invariants of a ledger after its runs: its books, of all of its shards, and that some of its balances are what the books say. */
export async function checkLedger(books, files, address, accounts) {
  const found = await books.check(files);
  const client = grpcClient(TransactionServiceClient, address);
  const random = randomFrom(accounts);
  const some = Array.from({ length: Math.min(100, accounts) }, () => accountId(Math.floor(random() * accounts)));
  const balanceOf = async (id) => (await call(client, client.getBalance, { accountId: id }, 10_000)).balance;
  const balancesAsInTheJournal = await books.compareBalances(balanceOf, some);
  client.close();
  if (found.first) console.error(`broken: ${found.first}`);
  return { ...found, invariants: { ...found.invariants, balancesAsInTheJournal } };
}

/** The keys in these files, one after another. */
export async function* keysOf(files) {
  for (const file of files) yield* linesOf(file);
}
