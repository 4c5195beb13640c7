import { figure, goal, growth, latencies, quantile, ratioOfRounds } from '../../bench/figures.mjs';

test('a figure is the median with its range', () => {
  expect(figure('ms', [3, 1, 2])).toEqual({ unit: 'ms', min: 1, median: 2, max: 3 });
  expect(figure('ms', [4])).toEqual({ unit: 'ms', min: 4, median: 4, max: 4 });
});

test('a quantile is one of the values, and the last one at most', () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(quantile(values, 0.5)).toBe(51);
  expect(quantile(values, 0.99)).toBe(100);
  expect(quantile(values, 1)).toBe(100);
});

test('latencies are told by their quantiles, and a run without answers tells zeros', () => {
  const times = Float64Array.from({ length: 1000 }, (_, index) => index + 1);
  expect(latencies(times)).toEqual({ p50: 501, p90: 901, p99: 991, p999: 1000, max: 1000 });
  expect(latencies(new Float64Array())).toEqual({ p50: 0, p90: 0, p99: 0, p999: 0, max: 0 });
});

test('rounds side by side are divided side by side, so that a machine that slows down does not count', () => {
  expect(ratioOfRounds([600, 300, 60], [60, 30, 6])).toBe(10);
  expect(() => ratioOfRounds([1, 2], [1])).toThrow('2 rounds over 1 rounds');
});

test('a goal says what was measured and whether it is enough', () => {
  expect(goal(12, '>=', 10)).toEqual({ measured: 12, goal: '>= 10', met: true });
  expect(goal(1.01, '<=', 1)).toEqual({ measured: 1.01, goal: '<= 1', met: false });
});

test('a lag that wavers does not grow, and one that climbs does', () => {
  const at = (lags: number[]) => lags.map((lag, seconds) => ({ seconds, lag }));
  expect(growth(at([5, 90, 10, 80, 15, 85, 5, 70]), 100).grows).toBe(false);
  expect(growth(at([0, 50, 100, 150, 200]), 100)).toEqual({ perSecond: 50, grows: true });
});
