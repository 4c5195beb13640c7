import type { Readiness } from '@ipe/service-kit/readiness';
import { Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { RotateSigningKeys } from '../../application/rotate-signing-keys.ts';
import type { AuthTable } from '../dynamodb/auth-table.ts';
import type { OidcHost } from './oidc-host.ts';

const condition = 'signing keys';

/** Prepares the store, gives the provider its keys before the service listens, and follows the ring from then on. */
export class KeyRotation implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(KeyRotation.name);
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly table: AuthTable,
    private readonly rotate: RotateSigningKeys,
    private readonly host: OidcHost,
    private readonly readiness: Readiness,
    private readonly everyMs: number,
  ) {
    this.readiness.notYet(condition);
  }

  async onModuleInit(): Promise<void> {
    await this.table.prepare();
    await this.refresh();
    this.readiness.now(condition);
    this.timer = setInterval(() => void this.refreshOrTell(), this.everyMs).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  async refresh(): Promise<void> {
    const ring = await this.rotate.execute();
    if (this.host.use(ring)) this.logger.log(`signing with key ${ring[0].kid}, publishing ${ring.length}`);
  }

  /** A store that is away for a while costs nothing: the keys at hand go on until it is back. */
  private async refreshOrTell(): Promise<void> {
    try {
      await this.refresh();
    } catch (error) {
      this.logger.error(error);
    }
  }
}
