// Reads a file of orders. A malformed row is named by line, column and rule, and costs no other row.
import { createHash } from 'node:crypto';
import { CsvError, parse } from 'csv-parse/sync';

export const columns = ['customer', 'card', 'merchant', 'product', 'quantity', 'instalments'];
const maxBytes = 64 * 1024 * 1024;
const mostTold = 20;

/** A wrong file as a whole: no header, no valid row, not UTF-8, too large. */
class OrdersFileRefused extends Error {
  name = 'OrdersFileRefused';
}

/**
 * text: the file. known: { customers, merchants } by alias, as the demo bank gives them.
 * Gives { orders: [{ line, key, customer, card, merchant, product, quantity, instalments }], malformed: [{ line, column, rule }] }.
 * The key follows from a row's content and how often the same content came before, so that the same file makes the same
 * keys again, also after rows were added or removed elsewhere.
 */
export function readOrders(bytes, known) {
  if (bytes.length > maxBytes) throw new OrdersFileRefused(`the file is larger than ${maxBytes / 1024 / 1024} MiB`);
  const [{ cells: header } = { cells: [] }, ...rows] = readRows(decode(bytes));
  const missing = columns.filter((name) => !header?.includes(name));
  if (missing.length > 0) {
    throw new OrdersFileRefused(`line 1 must name the columns ${columns.join(', ')}; missing: ${missing.join(', ')}`);
  }
  const twice = columns.find((name) => header.indexOf(name) !== header.lastIndexOf(name));
  if (twice) throw new OrdersFileRefused(`line 1 names the column ${twice} twice`);
  const seen = new Map();
  const orders = [];
  const malformed = [];
  for (const { line, cells } of rows) {
    const problems = [];
    if (!cells) problems.push(['row', 'must close every quote that it opens']);
    else if (cells.length !== header.length) {
      problems.push(['row', `must have ${header.length} columns, has ${cells.length}`]);
    }
    const row = Object.fromEntries(header.map((name, at) => [name, cells?.[at] ?? '']));
    const order = problems.length === 0 ? toOrder(row, known, problems) : undefined;
    if (problems.length > 0) {
      malformed.push(...problems.map(([column, rule]) => ({ line, column, rule })));
      continue;
    }
    const content = JSON.stringify(columns.map((name) => row[name]));
    const times = (seen.get(content) ?? 0) + 1;
    seen.set(content, times);
    const key = `row-${createHash('sha256').update(`${content}#${times}`).digest('hex').slice(0, 40)}`;
    orders.push({ line, key, row, ...order });
  }
  return { orders, malformed };
}

/**
 * What can be known of a file before anything runs: throws when it is no file of orders, or when not one of its rows is
 * good, and then names what is wrong with them. definition: demo-bank.json.
 */
export function checkOrders(bytes, definition) {
  const byName = (things, name, value) => Object.fromEntries(things.map((thing) => [thing[name], value(thing)]));
  const { orders, malformed } = readOrders(bytes, {
    customers: byName(definition.customers, 'alias', ({ cards }) => ({
      cards: byName(cards, 'alias', (card) => card),
    })),
    merchants: byName(definition.merchants, 'alias', ({ products }) => ({
      products: byName(products, 'sku', (product) => product),
    })),
  });
  if (orders.length > 0) return;
  if (malformed.length === 0) throw new OrdersFileRefused('the file has no row below its header');
  const told = malformed.slice(0, mostTold).map((one) => `  ${describeMalformed(one)}`);
  if (malformed.length > mostTold) told.push(`  … and ${malformed.length - mostTold} more`);
  throw new OrdersFileRefused(['the file has no valid row:', ...told].join('\n'));
}

export const describeMalformed = ({ line, column, rule }) => `line ${line}, column ${column}: ${rule}`;

/**
 * Line by line: no cell of this file holds a line break, and so a quote that is not closed costs its own row alone.
 * Gives { line, cells }, without cells where the quotes are wrong; empty lines are left out.
 */
function readRows(text) {
  return text
    .split(/\r\n|\n|\r/)
    .map((written, at) => ({ line: at + 1, written }))
    .filter(({ written }) => written.trim() !== '')
    .map(({ line, written }) => ({ line, cells: cellsOf(written) }));
}

function cellsOf(written) {
  if (!written.includes('"')) return written.split(',').map((cell) => cell.trim());
  try {
    return parse(written, { relax_quotes: true, trim: true })[0];
  } catch (error) {
    if (error instanceof CsvError) return undefined;
    throw error;
  }
}

function decode(bytes) {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new OrdersFileRefused('the file is not UTF-8 text');
  }
}

function toOrder(row, known, problems) {
  const customer = named(known.customers, row.customer);
  if (!customer) problems.push(['customer', `no customer “${show(row.customer)}”`]);
  const card = row.card === 'unknown' ? unknownCard : named(customer?.cards, row.card);
  if (customer && !card) problems.push(['card', `${row.customer} has no card “${show(row.card)}”`]);
  const merchant = named(known.merchants, row.merchant);
  if (!merchant) problems.push(['merchant', `no merchant “${show(row.merchant)}”`]);
  const product = named(merchant?.products, row.product);
  if (merchant && !product) problems.push(['product', `${row.merchant} has no product “${show(row.product)}”`]);
  const quantity = whole(row, 'quantity', 1, 1000, problems);
  const instalments = whole(row, 'instalments', 1, 12, problems);
  return { customer, card, merchant, product, quantity, instalments };
}

/** What the demo bank calls so; `constructor` is nobody. */
const named = (things, name) => (things && Object.hasOwn(things, name) ? things[name] : undefined);

/** A card number that passes Luhn and that no bank issued to anybody here. */
const unknownCard = { secrets: { number: '6505169999999998', expiryMonth: 12, expiryYear: 2030, cvv: '123' } };

function whole(row, column, least, most, problems) {
  const text = row[column];
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) {
    problems.push([column, `must be a whole number from ${least} to ${most}, is “${show(text)}”`]);
  }
  return value;
}

/** Of a file that may hold anything: short, and nothing that a terminal would obey. */
function show(text) {
  const visible = text.replace(/\p{Cc}/gu, '�');
  return visible.length > 30 ? `${visible.slice(0, 30)}…` : visible;
}
