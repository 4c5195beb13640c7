import type { Server } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import type { Readiness } from './readiness.ts';

/** Serves grpc.health.v1 for the server and each of its services: SERVING while the service is ready. */
export function addHealth(server: Server, services: readonly string[], readiness: Readiness): void {
  const health = new HealthImplementation();
  readiness.follow((ready) => {
    for (const service of ['', ...services]) health.setStatus(service, ready ? 'SERVING' : 'NOT_SERVING');
  });
  health.addToServer(server);
}
