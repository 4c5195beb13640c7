import { cents } from '@ipe/money/cents';
import type { Journal } from '../src/application/ports.ts';
import { Pace } from '../src/application/verification/pace.ts';
import type { Projection, Told } from '../src/application/verification/ports.ts';
import { verifyLedger } from '../src/application/verification/verify-ledger.ts';
import { MemoryDesk } from './audited-journal.ts';
import { codec, TestScheduler } from './live-ledger.ts';
import { answerOf, purchase, scope, sha256, smallBank } from './paper-ledger.ts';

/** A bank with a life: transfers, a reversal, purchases held, captured in parts, voided, expired and called off. */
export function livelyBank() {
  const bank = smallBank();
  const transfer = answerOf(bank.transfer('acc_ana', 'acc_shop', 5_000n, scope('rent')));
  bank.reverse(transfer.transactionId);
  const captured = answerOf(bank.authorize(purchase('p1', 10_000n)));
  bank.capture(captured.transactionId, 4_000n);
  bank.capture(captured.transactionId, 1_000n, true);
  bank.refund(captured.transactionId, 500n);
  const voided = answerOf(bank.authorize(purchase('p2', 2_000n)));
  bank.void(voided.transactionId);
  bank.cancel('p3');
  bank.authorize(purchase('p3', 1_000n));
  bank.authorize(purchase('p4', 3_000n, { expiresAt: bank.now + 1_000 }));
  bank.now += 2_000;
  bank.expire();
  bank.authorize(purchase('open', 700n));
  bank.open('acc_points', 500n, 'LIABILITY', 'PONTOS/0');
  bank.open('acc_prizes', 500n, 'EXPENSE', 'PONTOS/0');
  const posting = answerOf(
    bank.post([
      ['acc_ana', -30n],
      ['acc_shop', 10n],
      ['system:cash', 20n],
      ['acc_points', 3n],
      ['acc_prizes', -3n],
    ]),
  );
  bank.reverse(posting.transactionId);
  const hold = answerOf(bank.hold('acc_ana', 'acc_shop', 100n));
  bank.increment(hold.transactionId, 50n);
  bank.change('acc_card', { limit: cents(60_000n) });
  return bank;
}

/** Verifies shard 0 of a journal, as the command would, with a clock that waiting moves. */
export function verifyJournal(
  over: Journal,
  {
    projections = [],
    waitMs = 0,
    desk = new MemoryDesk(),
    resume = false,
    stopping = new AbortController().signal,
    tell = () => undefined,
  }: {
    projections?: Projection[];
    waitMs?: number;
    desk?: MemoryDesk;
    resume?: boolean;
    stopping?: AbortSignal;
    tell?: (told: Told) => void;
  } = {},
) {
  const scheduler = new (class extends TestScheduler {
    override async wait(ms = 0): Promise<void> {
      this.time += ms;
    }
  })();
  const pace = new Pace(scheduler, Number.POSITIVE_INFINITY);
  const parts = { journal: over, codec, sha256, pace, scheduler, projections, waitMs, tell, stopping };
  return verifyLedger([0], resume, { ...parts, desk: () => desk });
}
