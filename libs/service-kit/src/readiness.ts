import { Controller, Get, Injectable, Module, ServiceUnavailableException } from '@nestjs/common';

/**
 * Ready to serve: started, not draining, and every named condition holds. A condition is something without which
 * every call would fail (the ledger has recovered its journal), never a neighbour that may be down for a while.
 */
@Injectable()
export class Readiness {
  private draining = false;
  private readonly waitingFor = new Set<string>();
  private readonly followers: ((ready: boolean) => void)[] = [];
  private told = true;

  get ready(): boolean {
    return !this.draining && this.waitingFor.size === 0;
  }

  get reasons(): readonly string[] {
    return [...(this.draining ? ['draining'] : []), ...this.waitingFor];
  }

  notYet(condition: string): void {
    this.waitingFor.add(condition);
    this.tell();
  }

  now(condition: string): void {
    this.waitingFor.delete(condition);
    this.tell();
  }

  drain(): void {
    this.draining = true;
    this.tell();
  }

  /** Tells now, and at each change, whether the service is ready. */
  follow(follower: (ready: boolean) => void): void {
    this.followers.push(follower);
    follower(this.ready);
  }

  private tell(): void {
    if (this.told === this.ready) return;
    this.told = this.ready;
    for (const follower of this.followers) follower(this.ready);
  }
}

@Controller('health')
class HealthController {
  constructor(private readonly readiness: Readiness) {}

  @Get('live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('ready')
  check(): { status: 'ok' } {
    if (!this.readiness.ready) throw new ServiceUnavailableException(this.readiness.reasons.join(', '));
    return { status: 'ok' };
  }
}

@Module({ controllers: [HealthController], providers: [Readiness], exports: [Readiness] })
export class HealthModule {}
