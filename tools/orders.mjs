// Puts a file of orders through the shop: npm start -- --orders FILE.csv [--concurrency N] [--results FILE.csv]
import { readFileSync, writeFileSync } from 'node:fs';
import { ensureDemoBank } from './demo/bank.mjs';
import { columns, describeMalformed, readOrders } from './demo/orders-file.mjs';
import { buy } from './main-job.mjs';

/**
 * Gives { approved, declined, malformed, failed, byReason }. Running the same file again charges nobody again: each
 * row's key follows from its content. The results file has a row for each of the file's, in its order.
 */
export async function runOrders({ print, addresses, operator, demoFile, file, concurrency = 8, results }) {
  const resultsFile = results ?? file.replace(/(\.csv)?$/i, '.results.csv');
  const bank = await ensureDemoBank({ addresses, operator, file: demoFile });
  const { orders, malformed } = readOrders(readFileSync(file), bank);
  for (const row of malformed) print(`  ${describeMalformed(row)} (skipped)`);
  print(`${orders.length} orders, ${concurrency} at a time`);

  const outcomes = [];
  const bar = progressBar(orders.length);
  const startedAt = performance.now();
  let next = 0;
  const work = async () => {
    while (next < orders.length) {
      const order = orders[next++];
      const outcome = await place(order);
      outcomes.push({ order, ...outcome });
      bar.step(outcome.status);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, orders.length) }, work));
  bar.end();

  writeFileSync(resultsFile, resultsCsv(outcomes, malformed));
  const seconds = (performance.now() - startedAt) / 1000;
  return summarise({ outcomes, malformed, seconds, resultsFile, print });
}

async function place({ customer, card, merchant, product, quantity, instalments, key }) {
  try {
    const { status, data } = await buy(customer, card, merchant, product, quantity, { installments: instalments, key });
    if (status === 201) return { status: 'approved', reason: '', code: data.responseCode, payment: data };
    if (status === 202) return { status: 'pending', reason: 'bank_answer_pending', code: '', payment: data };
    if (status === 402) return { status: 'declined', reason: data.code, code: data.responseCode, payment: data };
    return { status: 'failed', reason: data.code ?? String(status), code: '', payment: {} };
  } catch (error) {
    return { status: 'failed', reason: error.code ?? error.message, code: '', payment: {} };
  }
}

function resultsCsv(outcomes, malformed) {
  const rows = outcomes.map(({ order, status, reason, code, payment }) => ({
    line: order.line,
    text: [
      order.line,
      ...columns.map((name) => order.row[name]),
      status,
      reason,
      code,
      payment.paymentId ?? '',
      payment.authorizationCode ?? '',
    ],
  }));
  for (const { line, column, rule } of malformed) {
    rows.push({ line, text: [line, ...columns.map(() => ''), 'malformed', `${column}: ${rule}`, '', '', ''] });
  }
  rows.sort((a, b) => a.line - b.line);
  const header = ['line', ...columns, 'status', 'reason', 'response_code', 'payment_id', 'authorization_code'];
  return `${[header, ...rows.map(({ text }) => text)].map((cells) => cells.map(quoted).join(',')).join('\n')}\n`;
}

const quoted = (cell) => (/[",\n]/.test(String(cell)) ? `"${String(cell).replaceAll('"', '""')}"` : String(cell));

function summarise({ outcomes, malformed, seconds, resultsFile, print }) {
  const count = (status) => outcomes.filter((outcome) => outcome.status === status).length;
  const byReason = {};
  for (const { status, reason } of outcomes) if (status !== 'approved') byReason[reason] = (byReason[reason] ?? 0) + 1;
  const summary = {
    approved: count('approved'),
    declined: count('declined'),
    pending: count('pending'),
    failed: count('failed'),
    malformed: new Set(malformed.map(({ line }) => line)).size,
    byReason,
  };
  print('');
  print(
    `approved ${summary.approved}, declined ${summary.declined}, pending ${summary.pending}, failed ${summary.failed}, malformed ${summary.malformed}`,
  );
  for (const [reason, times] of Object.entries(byReason).sort(([, a], [, b]) => b - a)) {
    print(`  ${reason.padEnd(24)} ${times}`);
  }
  print(`${(outcomes.length / seconds).toFixed(0)} orders/s; what became of each row: ${resultsFile}`);
  return summary;
}

/** One line that is drawn again on a terminal; a line each tenth elsewhere. */
function progressBar(total) {
  const terminal = process.stdout.isTTY === true;
  const width = 30;
  let done = 0;
  let approved = 0;
  return {
    step(status) {
      done += 1;
      if (status === 'approved') approved += 1;
      const tenth = Math.max(1, Math.floor(total / 10));
      if (!terminal && done % tenth !== 0 && done !== total) return;
      const filled = Math.round((done / total) * width);
      const bar = `  [${'█'.repeat(filled)}${'·'.repeat(width - filled)}] ${done}/${total}  approved ${approved}`;
      process.stdout.write(terminal ? `\r${bar}` : `${bar}\n`);
    },
    end() {
      if (terminal) process.stdout.write('\n');
    },
  };
}
