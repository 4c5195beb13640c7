/** The median with its range, as results files hold a figure. values: numbers, at least one. */
export function figure(unit, values) {
  const sorted = [...values].sort((a, b) => a - b);
  return {
    unit,
    min: rounded(sorted[0]),
    median: rounded(sorted[Math.floor((sorted.length - 1) / 2)]),
    max: rounded(sorted.at(-1)),
  };
}

/** The value below which the share `q` of the values lies. */
export function quantile(values, q) {
  return quantileOfSorted(
    [...values].sort((a, b) => a - b),
    q,
  );
}

/** What a run's latencies come to, in milliseconds; zeros for a run without answers. values: Float64Array. */
export function latencies(values) {
  const sorted = Float64Array.from(values).sort();
  if (sorted.length === 0) return { p50: 0, p90: 0, p99: 0, p999: 0, max: 0 };
  const at = (q) => rounded(quantileOfSorted(sorted, q));
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999), max: rounded(sorted.at(-1)) };
}

/** The median of the ratios of the rounds: what was measured side by side is divided side by side. */
export function ratioOfRounds(over, under) {
  if (over.length !== under.length) throw new Error(`${over.length} rounds over ${under.length} rounds`);
  const ratios = over.map((value, round) => value / under[round]).sort((a, b) => a - b);
  return Number(ratios[Math.floor((ratios.length - 1) / 2)].toFixed(3));
}

/** What was aimed at, what was measured, and whether that is enough. Never decides whether a run is valid. */
export function goal(measured, bound, value) {
  if (bound !== '>=' && bound !== '<=') throw new Error(`no bound “${bound}”`);
  return { measured, goal: `${bound} ${value}`, met: bound === '>=' ? measured >= value : measured <= value };
}

/**
 * Whether a lag that was read at a steady pace grows for good: the straight line through it (least squares) rises by
 * more over the whole run than `bound`. samples: [{ seconds, lag }], at least two.
 */
export function growth(samples, bound) {
  const mean = (member) => samples.reduce((sum, sample) => sum + sample[member], 0) / samples.length;
  const [time, lag] = [mean('seconds'), mean('lag')];
  const spread = samples.reduce((sum, sample) => sum + (sample.seconds - time) ** 2, 0);
  const slope = samples.reduce((sum, sample) => sum + (sample.seconds - time) * (sample.lag - lag), 0) / spread;
  const rise = slope * (samples.at(-1).seconds - samples[0].seconds);
  return { perSecond: rounded(slope), grows: rise > bound };
}

function quantileOfSorted(sorted, q) {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
}

const rounded = (value) => Math.round(value * 100) / 100;
