import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import { Counter } from 'prom-client';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';

export const windowSeconds = 60;

/** What is left of a client's budget in this window. */
export type Allowance = { allowed: boolean; limit: number; remaining: number; resetMs: number };

export type Budget = 'default' | 'signup';

const limited = new Counter({
  name: 'rate_limited_total',
  help: 'Requests refused because their client had used up its budget.',
  labelNames: ['budget'],
});

const warnEveryMs = 30_000;

/**
 * Counts requests by client in Redis, so that all gateways share one budget. Without Redis each gateway counts for
 * itself: nobody is refused for that.
 */
export class RateLimits {
  private readonly logger = new Logger(RateLimits.name);
  private readonly redis: Redis;
  private readonly limiters: Readonly<Record<Budget, RateLimiterRedis>>;
  private warnedAt = 0;

  constructor(redis: { url: string; timeoutMs: number }, perMinute: Readonly<Record<Budget, number>>) {
    this.redis = new Redis(redis.url, {
      // A dead Redis must fail at once, not keep requests waiting.
      enableOfflineQueue: false,
      connectTimeout: 1_000,
      commandTimeout: redis.timeoutMs,
      maxRetriesPerRequest: 0,
      retryStrategy: (attempt) => Math.min(attempt * 100, 2_000),
    });
    this.redis.on('error', (error: Error) => this.warn(error));
    this.limiters = {
      default: this.limiter('default', perMinute.default),
      signup: this.limiter('signup', perMinute.signup),
    };
  }

  async take(budget: Budget, client: string): Promise<Allowance> {
    const limiter = this.limiters[budget];
    try {
      return allowance(true, limiter.points, await limiter.consume(client));
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      limited.inc({ budget });
      return allowance(false, limiter.points, refused);
    }
  }

  onApplicationShutdown(): void {
    this.redis.disconnect();
  }

  private limiter(budget: Budget, points: number): RateLimiterRedis {
    const keyPrefix = `ipe:rate:${budget}`;
    return new RateLimiterRedis({
      storeClient: this.redis,
      keyPrefix,
      points,
      duration: windowSeconds,
      rejectIfRedisNotReady: true,
      insuranceLimiter: new RateLimiterMemory({ keyPrefix, points, duration: windowSeconds }),
    });
  }

  private warn(error: Error): void {
    if (Date.now() - this.warnedAt < warnEveryMs) return;
    this.warnedAt = Date.now();
    this.logger.warn(`Redis does not answer, each gateway counts for itself: ${error.message}`);
  }
}

function allowance(allowed: boolean, limit: number, { remainingPoints, msBeforeNext }: RateLimiterRes): Allowance {
  return { allowed, limit, remaining: Math.max(remainingPoints, 0), resetMs: Math.max(msBeforeNext, 0) };
}
