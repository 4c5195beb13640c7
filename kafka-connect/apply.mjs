#!/usr/bin/env node
// Puts the index templates into Elasticsearch and the connectors into Kafka Connect; changes nothing that already is as
// the files say, and starts tasks again that have failed. Safe to repeat at any time.
//   CONNECT_URL=http://… ELASTICSEARCH_URL=http://… node kafka-connect/apply.mjs [--connectors FOLDER]
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));

const jsonFiles = (folder) =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => ({ name: basename(file, '.json'), content: JSON.parse(readFileSync(join(folder, file), 'utf8')) }));

async function call(method, url, body) {
  const answer = await fetch(url, {
    method,
    signal: AbortSignal.timeout(10_000),
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, ok: answer.ok, text, json: () => JSON.parse(text) };
}

/** Repeats `attempt` until it returns something other than undefined; throws after the deadline, with the last reason. */
async function until(deadline, what, attempt) {
  for (;;) {
    let reason = 'no answer';
    try {
      const result = await attempt((text) => {
        reason = text;
      });
      if (result !== undefined) return result;
    } catch (error) {
      reason = error.cause?.message ?? error.message;
      if (error instanceof Refused) throw error;
    }
    if (Date.now() > deadline) throw new Error(`${what}: ${reason}`);
    await wait(200);
  }
}

class Refused extends Error {}

const sameSettings = (wanted, current) => Object.entries(wanted).every(([key, value]) => current[key] === value);

async function putTemplate(elasticsearchUrl, { name, content }, deadline) {
  await until(deadline, `index template ${name} was not taken`, async (because) => {
    const answer = await call('PUT', `${elasticsearchUrl}/_index_template/${name}`, content);
    if (answer.ok) return true;
    if (answer.status === 400) throw new Refused(`index template ${name} was refused: ${answer.text.slice(0, 500)}`);
    because(`Elasticsearch answered ${answer.status}`);
  });
}

async function putConnector(connectUrl, { name, content }, deadline) {
  const url = `${connectUrl}/connectors/${name}`;
  return until(deadline, `connector ${name} was not taken`, async (because) => {
    const current = await call('GET', `${url}/config`);
    if (current.ok && sameSettings(content, current.json())) return 'unchanged';
    const answer = await call('PUT', `${url}/config`, content);
    if (answer.ok) return answer.status === 201 ? 'created' : 'changed';
    if (answer.status === 400) throw new Refused(`connector ${name} was refused: ${answer.text.slice(0, 500)}`);
    because(`Kafka Connect answered ${answer.status}`); // 409 while it rebalances, 500 while it starts
  });
}

async function waitUntilRunning(connectUrl, name, deadline) {
  const url = `${connectUrl}/connectors/${name}`;
  let restarted = 0;
  await until(deadline, `connector ${name} does not run`, async (because) => {
    const answer = await call('GET', `${url}/status`);
    if (!answer.ok) return because(`Kafka Connect answered ${answer.status}`);
    const { connector, tasks } = answer.json();
    const parts = [connector, ...tasks];
    if (tasks.length > 0 && parts.every(({ state }) => state === 'RUNNING')) return true;
    const failed = parts.find(({ state }) => state === 'FAILED');
    because(failed?.trace?.split('\n')[0] ?? parts.map(({ state }) => state).join(', '));
    // A status that has not caught up with a restart reads FAILED for a moment: one restart in two seconds.
    if (failed && Date.now() - restarted > 2_000) {
      restarted = Date.now();
      await call('POST', `${url}/restart?includeTasks=true&onlyFailed=true`);
    }
  });
}

/**
 * Applies every file. `connectors` is the folder of the connector settings. Throws when something is refused, or is
 * not running `timeoutMs` after the call. Returns [{ name, result: 'created' | 'changed' | 'unchanged' }].
 */
export async function applyConnect({
  connectUrl,
  elasticsearchUrl,
  connectors = join(here, 'connectors'),
  timeoutMs = 60_000,
}) {
  const deadline = Date.now() + timeoutMs;
  // Templates first: the first record makes the first index.
  for (const template of jsonFiles(join(here, 'index-templates')))
    await putTemplate(elasticsearchUrl, template, deadline);
  const results = [];
  for (const connector of jsonFiles(connectors)) {
    results.push({ name: connector.name, result: await putConnector(connectUrl, connector, deadline) });
    await waitUntilRunning(connectUrl, connector.name, deadline);
  }
  return results;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { CONNECT_URL: connectUrl, ELASTICSEARCH_URL: elasticsearchUrl } = process.env;
  const at = process.argv.indexOf('--connectors');
  if (!connectUrl || !elasticsearchUrl) {
    console.error('CONNECT_URL and ELASTICSEARCH_URL say where to apply the settings');
    process.exit(2);
  }
  try {
    const results = await applyConnect({
      connectUrl,
      elasticsearchUrl,
      ...(at > 0 ? { connectors: process.argv[at + 1] } : {}),
    });
    for (const { name, result } of results) console.log(`${name}: ${result}, running`);
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
