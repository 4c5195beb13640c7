import type { ServiceDefinition } from '@grpc/grpc-js';

/**
 * Nest looks services up by package and methods by their proto name, as proto-loader hands them over.
 * Generated definitions have camelCase keys: rename them, and keep the original name beside.
 */
export function nestPackageDefinition(services: Readonly<Record<string, ServiceDefinition>>) {
  return Object.fromEntries(
    Object.entries(services).map(([serviceName, service]) => [
      serviceName,
      Object.fromEntries(
        Object.entries(service).map(([name, method]) => [
          name.charAt(0).toUpperCase() + name.slice(1),
          { ...method, originalName: name },
        ]),
      ),
    ]),
  );
}
