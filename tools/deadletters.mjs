// npm run deadletters -- list [--topic T] | show <id> | replay <id> | replay --all [--topic T]
// An id is <dead-letter topic>/<partition>/<offset>. KAFKA_BROKERS says where (127.0.0.1:19092).
import { parseArgs } from 'node:util';
import { DeadLetterError, DeadLetters } from './dead-letter-topics.mjs';

const usage = `npm run deadletters -- <command>
  list [--topic T]            every dead letter, open or replayed; of one topic
  show <id>                   one whole letter: why, headers, key and value
  replay <id> [--again]       back to the topic it came from; --again although it was replayed
  replay --all [--topic T]    every open letter, oldest first
An id is <dead-letter topic>/<partition>/<offset>, as list shows it. KAFKA_BROKERS names the brokers (127.0.0.1:19092).`;

class UsageError extends Error {}

async function main() {
  const { command, id, options } = readArguments();
  if (options.help) {
    console.log(usage);
    return;
  }
  const brokers = (process.env.KAFKA_BROKERS || '127.0.0.1:19092').split(',').map((broker) => broker.trim());
  const letters = new DeadLetters(brokers);
  await letters.open();
  try {
    if (command === 'list') list(await letters.read(options.topic));
    else if (command === 'show') show(await find(letters, id));
    else if (options.all) await replayAll(letters, options.topic);
    else await replayOne(letters, id, options.again);
  } finally {
    await letters.close();
  }
}

function readArguments() {
  const options = {
    topic: { type: 'string' },
    all: { type: 'boolean' },
    again: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  };
  let parsed;
  try {
    parsed = parseArgs({ options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error.message);
  }
  if (parsed.values.help) return { options: parsed.values };
  const [command, id, ...more] = parsed.positionals;
  if (command === undefined) throw new UsageError('say what to do');
  if (!['list', 'show', 'replay'].includes(command)) throw new UsageError(`there is no command ${command}`);
  if (more.length > 0) throw new UsageError(`one id at a time: ${more.join(' ')} is too much`);
  const needsId = command === 'show' || (command === 'replay' && !parsed.values.all);
  if (needsId && id === undefined) throw new UsageError(`${command} wants an id`);
  if (!needsId && id !== undefined) throw new UsageError(`${command} takes no id here: ${id}`);
  if (id !== undefined && !/^[^/]+\/\d+\/\d+$/.test(id)) {
    throw new UsageError(`${id} is no id: <dead-letter topic>/<partition>/<offset>`);
  }
  return { command, id, options: parsed.values };
}

async function find(letters, id) {
  const [topic] = id.split('/');
  const letter = (await letters.read(topic)).find((one) => one.id === id);
  if (!letter) throw new DeadLetterError(`there is no dead letter ${id}; list shows those there are`);
  return letter;
}

function list(letters) {
  if (letters.length === 0) {
    console.log('no dead letters');
    return;
  }
  const rows = letters.map(({ id, replayedAt, at, by, record, reason }) => [
    id,
    replayedAt ? 'replayed' : 'open',
    at.replace(/\.\d+Z$/, 'Z'),
    by ?? '',
    cut(printable(record.key), 40),
    cut(reason ?? '', 70),
  ]);
  table(['id', 'state', 'since', 'given up by', 'key', 'reason'], rows);
  const open = letters.filter(({ replayedAt }) => !replayedAt).length;
  console.log(`\n${open} open, ${letters.length - open} replayed`);
}

function show({ id, origin, by, reason, at, replayedAt, record }) {
  const facts = [
    ['id', id],
    ['state', replayedAt ? `replayed at ${replayedAt}` : 'open'],
    ['came from', `${origin.topic}/${origin.partition}/${origin.offset}`],
    ['given up by', by],
    ['at', at],
    ['recorded at', new Date(Number(record.timestamp)).toISOString()],
    ['reason', reason],
    ['key', printable(record.key)],
  ];
  for (const [name, value] of facts) console.log(`${name.padEnd(12)} ${value ?? ''}`);
  console.log('headers');
  for (const [name, value] of Object.entries(record.headers)) console.log(`  ${name}: ${value}`);
  console.log('value');
  console.log(pretty(record.value));
}

async function replayOne(letters, id, again) {
  const letter = await find(letters, id);
  if (letter.replayedAt && !again) {
    throw new DeadLetterError(`${id} was replayed at ${letter.replayedAt}; --again replays it all the same`);
  }
  await letters.replay(letter);
  console.log(`${id} is back in ${letter.origin.topic}`);
}

async function replayAll(letters, topic) {
  const open = (await letters.read(topic)).filter(({ replayedAt }) => !replayedAt);
  let failed = 0;
  for (const letter of open) {
    try {
      await letters.replay(letter);
      console.log(`${letter.id} is back in ${letter.origin.topic}`);
    } catch (error) {
      if (!(error instanceof DeadLetterError)) throw error;
      failed += 1;
      console.error(error.message);
    }
  }
  console.log(`${open.length - failed} replayed${failed > 0 ? `, ${failed} not` : ''}`);
  if (failed > 0) process.exitCode = 1;
}

function table(head, rows) {
  const widths = head.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column].length)));
  const line = (cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd();
  console.log(line(head));
  console.log(line(widths.map((width) => '-'.repeat(width))));
  for (const row of rows) console.log(line(row));
}

function cut(text, atMost) {
  return text.length > atMost ? `${text.slice(0, atMost - 1)}…` : text;
}

/** A dead letter may hold anything: what a terminal would obey is shown, not sent to it. */
function printable(bytes) {
  if (bytes === null || bytes === undefined) return '(none)';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return String(bytes).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (control) =>
    JSON.stringify(control).slice(1, -1),
  );
}

function pretty(bytes) {
  try {
    return JSON.stringify(JSON.parse(String(bytes)), null, 2);
  } catch {
    // Not JSON: that may be the very reason why it is here.
    return printable(bytes);
  }
}

try {
  await main();
} catch (error) {
  if (error instanceof UsageError) console.error(`${error.message}\n\n${usage}`);
  else if (error instanceof DeadLetterError) console.error(error.message);
  else console.error(`Kafka: ${error.message}`);
  process.exit(error instanceof UsageError ? 2 : 1);
}
