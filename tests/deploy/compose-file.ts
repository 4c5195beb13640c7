import { parse } from 'yaml';
import { read } from './repository.ts';

type Condition = 'service_healthy' | 'service_started' | 'service_completed_successfully';

export type Service = {
  image?: string;
  build?: { context?: string; dockerfile?: string; target?: string; args?: Record<string, string> };
  command?: string[];
  user?: string;
  environment?: Record<string, string>;
  depends_on?: Record<string, { condition: Condition }>;
  ports?: string[];
  volumes?: string[];
  restart?: string;
  privileged?: boolean;
  network_mode?: string;
  cap_add?: string[];
  cap_drop?: string[];
  security_opt?: string[];
  read_only?: boolean;
  healthcheck?: { test: string[] };
  deploy?: { resources?: { limits?: { cpus?: string; memory?: string } } };
};

export const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  name: string;
  services: Record<string, Service>;
};

export function service(name: string): Service {
  const found = compose.services[name];
  if (!found) throw new Error(`docker-compose.yml has no service ${name}`);
  return found;
}

export const containers = Object.entries(compose.services);

/** Those that do one thing and end. */
export const once = containers.filter(([, { restart }]) => restart === 'no').map(([name]) => name);

/** `key: literal` and `'dotted.key': literal` of a settings object in a source file; computed values are left out. */
export function literalSettings(file: string): Map<string, string> {
  const pairs = read(file).matchAll(/^ +(?:'([^']+)'|(\w+)): (?:'([^']*)'|(\d[\d_]*|true|false)),$/gm);
  return new Map([...pairs].map(([, quoted, plain, text, literal]) => [quoted ?? plain ?? '', text ?? literal ?? '']));
}
