import { Counter } from 'prom-client';
import type { CardMetrics } from '../../application/ports.ts';
import type { Verdict } from '../../domain/verification.ts';

const issued = new Counter({ name: 'cards_issued_total', help: 'Cards issued; a repeated request counts once.' });

const verifications = new Counter({
  name: 'card_verifications_total',
  help: 'Cards verified for an authorisation, by what was found.',
  labelNames: ['verdict'],
});

const locked = new Counter({ name: 'cards_locked_total', help: 'Cards locked by wrong CVVs.' });

export class PrometheusCardMetrics implements CardMetrics {
  issued(): void {
    issued.inc();
  }

  verified(verdict: Verdict): void {
    verifications.inc({ verdict });
  }

  locked(): void {
    locked.inc();
  }
}
