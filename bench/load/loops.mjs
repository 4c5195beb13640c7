// The two ways to press: closed (a fixed number in flight, for throughput) and open (a fixed rate, for latency).
// `operate(n)` does the n-th operation and resolves with its answer, or rejects with { code }. `keep` (true) keeps the
// answers; `timed(answer)` says whether its time is one of the latencies.

/** What a run came to. Failed operations have no latency, and are counted by their code. */
class Tally {
  answers = [];
  times = [];
  failed = {};
  completed = 0;
  lastAt = 0;
  longestSilenceMs = 0;

  constructor(startedAt, { keep = true, timed = () => true }) {
    this.startedAt = startedAt;
    this.lastAt = startedAt;
    this.keep = keep;
    this.timed = timed;
  }

  answered(at, now, answer) {
    this.completed += 1;
    if (this.timed(answer)) this.times.push(now - at);
    this.longestSilenceMs = Math.max(this.longestSilenceMs, now - this.lastAt);
    this.lastAt = now;
    if (this.keep) this.answers.push(answer);
  }

  refused(error) {
    const code = String(error?.code ?? error?.name ?? 'error');
    this.failed[code] = (this.failed[code] ?? 0) + 1;
    this.firstFailure ??= String(error?.message ?? error).slice(0, 300);
  }

  result() {
    const { completed, failed, firstFailure, answers, longestSilenceMs } = this;
    const seconds = (this.lastAt - this.startedAt) / 1000;
    return {
      completed,
      failed,
      firstFailure,
      answers,
      longestSilenceMs,
      seconds,
      latencies: Float64Array.from(this.times),
    };
  }
}

/** Keeps `inFlight` operations going for `seconds`, or until `count` are done. */
export async function closedLoop({
  operate,
  inFlight,
  seconds = Number.POSITIVE_INFINITY,
  count = Number.POSITIVE_INFINITY,
  now = () => performance.now(),
  ...kept
}) {
  const startedAt = now();
  const tally = new Tally(startedAt, kept);
  const until = startedAt + seconds * 1000;
  let next = 0;
  const work = async () => {
    while (next < count && now() < until) {
      const number = next++;
      const at = now();
      try {
        const answer = await operate(number);
        tally.answered(at, now(), answer);
      } catch (error) {
        tally.refused(error);
      }
    }
  };
  await Promise.all(Array.from({ length: inFlight }, work));
  return tally.result();
}

/**
 * Begins an operation every 1/rate s, whatever became of those before. An operation's time counts from the moment at
 * which it was due: a stall, of the callee or of this process, is in the time of everything that came due meanwhile.
 */
export async function openLoop({ operate, rate, seconds, now = () => performance.now(), wait = nap, ...kept }) {
  const startedAt = now();
  const tally = new Tally(startedAt, kept);
  const total = Math.floor(rate * seconds);
  const pending = new Set();
  for (let next = 0; next < total; ) {
    for (const due = Math.min(total, dueBy(now() - startedAt, rate)); next < due; next += 1) {
      const at = startedAt + dueAt(next, rate);
      const one = operate(next).then(
        (answer) => tally.answered(at, now(), answer),
        (error) => tally.refused(error),
      );
      pending.add(one);
      void one.then(() => pending.delete(one));
    }
    if (next < total) await wait(Math.max(0, startedAt + dueAt(next, rate) - now()));
  }
  await Promise.all(pending);
  return { ...tally.result(), offered: total };
}

/** When the n-th operation is due, in milliseconds from the start. */
export const dueAt = (n, rate) => (n * 1000) / rate;

/** How many operations are due after so many milliseconds: the first at once. */
export const dueBy = (elapsedMs, rate) => Math.floor((elapsedMs * rate) / 1000 + 1e-9) + 1;

/**
 * Never in turns of the loop, which would take a core from what is measured: an operation begins up to 1 ms late, and is
 * timed as ever.
 */
const nap = (ms) => new Promise((resolve) => setTimeout(resolve, Math.max(1, ms)));
