// A load generator: a process of its own, told by its parent what to press. It reports how much CPU it took.
// Messages in: { open: { id, kind, settings } } { run: { id, loop, keep } } { write: { id, file } } { close: id }.
// Out: { done: result } or { failed: text }, one for each message, in order.
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { latencies } from '../figures.mjs';
import { closedLoop, openLoop } from './loops.mjs';
import { openTarget } from './targets.mjs';

const targets = new Map();

const verbs = {
  async open({ id, kind, settings }) {
    targets.set(id, await openTarget(kind, settings));
  },

  /** loop: { inFlight, seconds or count } or { rate, seconds }. keep: what was acknowledged can be written down after it. */
  async run({ id, loop, keep }) {
    const target = targets.get(id);
    const cpuBefore = process.cpuUsage();
    const press = loop.rate === undefined ? closedLoop : openLoop;
    const {
      answers,
      latencies: times,
      ...result
    } = await press({
      ...loop,
      operate: target.operate,
      keep,
      timed: target.timed,
    });
    const { user, system } = process.cpuUsage(cpuBefore);
    target.answers = answers;
    return { ...result, latencyMs: latencies(times), cpuSeconds: (user + system) / 1e6 };
  },

  /** What the last run acknowledged, a line each. */
  async write({ id, file }) {
    const target = targets.get(id);
    await writeDown(target.answers, target, file);
    target.answers = [];
  },

  async close(id) {
    await targets.get(id)?.close();
    targets.delete(id);
  },
};

async function writeDown(answers, target, file) {
  const out = createWriteStream(file);
  for (const answer of answers) {
    const names = target.acknowledged(answer);
    if (!out.write(`${names.join('\n')}\n`)) await new Promise((resolve) => out.once('drain', resolve));
  }
  out.end();
  await finished(out);
}

process.on('message', async (message) => {
  const [[verb, argument]] = Object.entries(message);
  try {
    process.send({ done: await verbs[verb](argument) });
  } catch (error) {
    process.send({ failed: error.stack ?? String(error) });
  }
});
process.on('disconnect', () => process.exit(0));
