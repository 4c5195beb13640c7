import type { Told } from '../../application/verification/ports.ts';

const onScreenEveryMs = 500;
const inLogEveryMs = 10_000;

export type Out = Readonly<{ isTTY?: boolean; write: (text: string) => unknown }>;

/** Says how far a work is: a line that changes in place on a screen, one every ten seconds in a log. */
export function progressLine(out: Out, now: () => number): (told: Told) => void {
  let next = 0;
  return (told) => {
    const last = told.done >= told.all;
    if (now() < next && !last) return;
    next = now() + (out.isTTY ? onScreenEveryMs : inLogEveryMs);
    const text = progressText(told);
    out.write(out.isTTY ? `\r\u001b[K${text}${last ? '\n' : ''}` : `${text}\n`);
  };
}

/** "shard 0: journal audited: 1200 of 5000 batches, 24 %, 300 batches/s, 13 s left" */
export function progressText({ what, done, all, unit, perSecond }: Told): string {
  const share = all === 0 ? 100 : Math.floor((100 * done) / all);
  const rate = perSecond >= 10 ? Math.round(perSecond) : perSecond.toFixed(1);
  const left = done < all && perSecond > 0 ? `, ${timeLeft((all - done) / perSecond)} left` : '';
  return `${what}: ${done} of ${all} ${unit}, ${share} %, ${rate} ${unit}/s${left}`;
}

function timeLeft(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 120) return `${whole} s`;
  const minutes = Math.ceil(whole / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
