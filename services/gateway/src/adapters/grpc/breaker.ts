import { status } from '@grpc/grpc-js';
import { GrpcRefusal } from '@ipe/service-kit/refusal';
import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
  retry,
} from 'cockatiel';
import { Counter, Gauge } from 'prom-client';

export type BreakerSettings = { failures: number; resetMs: number };

const open = new Gauge({
  name: 'gateway_breaker_open',
  help: 'Whether the circuit breaker toward a service is open: 1 refuses, 0.5 lets one call try, 0 lets all through.',
  labelNames: ['service'],
});
const failures = new Counter({
  name: 'gateway_calls_unanswered_total',
  help: 'Calls toward a service that got no answer in time, after their retries.',
  labelNames: ['service'],
});

const levels: Readonly<Record<CircuitState, number>> = {
  [CircuitState.Closed]: 0,
  [CircuitState.HalfOpen]: 0.5,
  [CircuitState.Open]: 1,
  [CircuitState.Isolated]: 1,
};

/**
 * Keeps one dead or hanging service from holding up the requests that need it. Only calls without an answer count: a
 * refusal is an answer, also when it says that a service behind this one is unavailable.
 */
export class Breaker {
  private readonly policy: CircuitBreakerPolicy;
  private openedAt = 0;

  constructor(
    private readonly service: string,
    private readonly settings: BreakerSettings,
  ) {
    this.policy = circuitBreaker(
      handleWhen((error) => this.unanswered(error)),
      { breaker: new ConsecutiveBreaker(settings.failures), halfOpenAfter: settings.resetMs },
    );
    open.set({ service }, 0);
    this.policy.onStateChange((state) => open.set({ service }, levels[state]));
    this.policy.onBreak(() => {
      this.openedAt = Date.now();
    });
  }

  /** Tries again, at most twice and within the deadline, when the service was not reached: every write is idempotent. */
  async run<Answer>(deadlineMs: number, attempt: (remainingMs: number) => Promise<Answer>): Promise<Answer> {
    const deadlineAt = Date.now() + deadlineMs;
    const remaining = () => Math.max(deadlineAt - Date.now(), 1);
    const again = retry(
      handleWhen((error) => this.notReached(error) && remaining() > 1),
      { maxAttempts: 2, backoff: new ExponentialBackoff({ initialDelay: 50, maxDelay: 250 }) },
    );
    try {
      return await this.policy.execute(() => again.execute(() => attempt(remaining())));
    } catch (error) {
      throw this.told(error);
    }
  }

  private told(error: unknown): unknown {
    const brokenOpen = error instanceof BrokenCircuitError;
    if (!brokenOpen && !this.unanswered(error)) return error;
    if (!brokenOpen) failures.inc({ service: this.service });
    const untilHalfOpen = this.openedAt + this.settings.resetMs - Date.now();
    return new GrpcRefusal({
      code: status.UNAVAILABLE,
      reason: `${this.service}_unavailable`,
      message: `${this.service} gives no answer at the moment`,
      retryAfterMs: brokenOpen ? Math.max(untilHalfOpen, 0) : this.settings.resetMs,
    });
  }

  private unanswered(error: unknown): boolean {
    if (this.notReached(error)) return true;
    return (
      error instanceof GrpcRefusal && error.code === status.DEADLINE_EXCEEDED && error.reason === 'deadline_exceeded'
    );
  }

  private notReached(error: unknown): boolean {
    if (!(error instanceof GrpcRefusal) || error.code !== status.UNAVAILABLE) return false;
    return error.reason === 'unavailable' || error.reason === `${this.service}_unavailable`;
  }
}
