import type { SeedResult } from './run-seed.ts';

/** What happened under many seeds. */
export class Tally {
  failed: SeedResult | undefined;
  readonly counts = new Map<string, number>();
  private readonly began = performance.now();
  private seeds = 0;
  private virtualMs = 0;

  add(result: SeedResult): void {
    this.seeds += 1;
    this.virtualMs += result.virtualMs;
    for (const [what, count] of result.counts) this.counts.set(what, (this.counts.get(what) ?? 0) + count);
    if (result.violation) this.failed ??= result;
  }

  *lines(): Generator<string> {
    for (const what of [...this.counts.keys()].sort()) {
      yield `${String(this.counts.get(what)).padStart(10)}  ${what}`;
    }
    const tookS = (performance.now() - this.began) / 1_000;
    const virtualMinutes = this.virtualMs / 60_000;
    yield `${this.seeds} seeds, ${virtualMinutes.toFixed(1)} minutes of virtual time in ${tookS.toFixed(1)} s`;
  }

  failureText(options: string): string {
    if (!this.failed?.violation) return '';
    const { seed, violation } = this.failed;
    return `
Seed ${seed} breaks a promise after ${violation.atMs.toFixed(3)} ms: ${violation.rule}
  ${violation.detail}
  to see it again: npm run simulate -- --seed ${seed} ${options} --trace`;
  }
}
