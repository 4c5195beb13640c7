import { checkOrders, readOrders } from '../../tools/demo/orders-file.mjs';

const card = { secrets: {} };
const bank = {
  customers: { ana: { cards: { gold: card } } },
  merchants: { livraria: { products: { livro: { productId: 'prd_1' } } } },
};
const header = 'customer,card,merchant,product,quantity,instalments';
const good = 'ana,gold,livraria,livro,1,1';

type Read = {
  orders: { line: number; key: string; quantity: number }[];
  malformed: { line: number; column: string; rule: string }[];
};
const read = (text: string | Uint8Array): Read => readOrders(Buffer.from(text), bank) as Read;
const linesOf = ({ orders }: Read) => orders.map(({ line }) => line);

test('a quote that is not closed costs its own row alone', () => {
  const answer = read([header, '"ana,gold,livraria,livro,1,1', good, 'ana,"gold,livraria,livro,1,1', good].join('\n'));
  expect(linesOf(answer)).toEqual([3, 5]);
  expect(answer.malformed.map(({ line, column }) => [line, column])).toEqual([
    [2, 'row'],
    [4, 'row'],
  ]);
});

test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('%s is nobody and nothing', (name) => {
  const rows = [`${name},gold,livraria,livro,1,1`, `ana,${name},livraria,livro,1,1`];
  const more = [`ana,gold,${name},livro,1,1`, `ana,gold,livraria,${name},1,1`];
  const { orders, malformed } = read([header, ...rows, ...more].join('\n'));
  expect(orders).toEqual([]);
  expect(malformed.map(({ line, column }) => [line, column])).toEqual([
    [2, 'customer'],
    [3, 'card'],
    [4, 'merchant'],
    [5, 'product'],
  ]);
});

test.each(['0', '-1', '1.5', '1e3', '1001', '99999999999999999999', '', '+1', '0x1', '١'])(
  'the quantity “%s” is malformed',
  (quantity) => {
    const { malformed } = read(`${header}\nana,gold,livraria,livro,${quantity},1`);
    expect(malformed).toEqual([
      { line: 2, column: 'quantity', rule: `must be a whole number from 1 to 1000, is “${quantity}”` },
    ]);
  },
);

test('a byte order mark, any line ends, quotes, spaces and empty lines are taken as they are meant', () => {
  const rows = `\ufeff${header}\r\n${good}\r\n\r\n  \r\n"ana", "gold" ,livraria,"livro",2,1`;
  const answer = read(rows);
  expect(answer.malformed).toEqual([]);
  expect(answer.orders.map(({ line, quantity }) => [line, quantity])).toEqual([
    [2, 1],
    [5, 2],
  ]);
  expect(linesOf(read(`${header}\r${good}\r`))).toEqual([2]);
});

test('columns come in any order and with others beside them; a cell too few or too many is malformed', () => {
  const answer = read(
    'instalments,note,quantity,product,merchant,card,customer\n1,hi,1,livro,livraria,gold,ana\n1,1\n',
  );
  expect(linesOf(answer)).toEqual([2]);
  expect(answer.malformed).toEqual([{ line: 3, column: 'row', rule: 'must have 7 columns, has 2' }]);
});

test('what a terminal would obey is not told back', () => {
  const { malformed } = read(`${header}\n\u001b[31mana,gold,livraria,livro,1,1`);
  expect(malformed[0]?.rule).toBe('no customer “�[31mana”');
});

test('the same content has the same key again, counted, whatever stands around it', () => {
  const [first, second] = read([header, good, good].join('\n')).orders;
  const again = read([header, 'ana,gold,livraria,livro,2,1', good].join('\n')).orders;
  expect(again[1]?.key).toBe(first?.key);
  expect(second?.key).not.toBe(first?.key);
});

test.each([
  ['nothing', '', 'line 1 must name the columns'],
  ['another separator', header.replaceAll(',', ';'), 'line 1 must name the columns'],
  ['a column missing', 'customer,card,merchant,product,quantity', 'missing: instalments'],
  ['a column twice', `customer,${header}`, 'names the column customer twice'],
  ['bytes that are no UTF-8', Buffer.from(`${header}\njosé`, 'latin1'), 'not UTF-8'],
])('a file of %s is refused as a whole', (_, text, reason) => {
  expect(() => read(text)).toThrow(reason);
});

describe('before anything is started', () => {
  const definition = {
    customers: [{ alias: 'ana', cards: [{ alias: 'gold' }] }],
    merchants: [{ alias: 'livraria', products: [{ sku: 'livro' }] }],
  };
  const check = (...lines: string[]) => checkOrders(Buffer.from(lines.join('\n')), definition);

  test('a file with one good row is taken, whatever the others are', () => {
    expect(() => check(header, 'ana,gold,livraria,livro,0,1', good)).not.toThrow();
    expect(() => check(header, 'ana,unknown,livraria,livro,1,1')).not.toThrow();
  });

  test('a file without a good row is refused, and each row is named by line, column and rule', () => {
    const rows = ['zoe,gold,livraria,livro,1,1', 'ana,gold,livraria,livro,1', 'ana,gold,livraria,disco,1,13'];
    expect(() => check(header, ...rows)).toThrow(
      [
        'the file has no valid row:',
        '  line 2, column customer: no customer “zoe”',
        '  line 3, column row: must have 6 columns, has 5',
        '  line 4, column product: livraria has no product “disco”',
        '  line 4, column instalments: must be a whole number from 1 to 12, is “13”',
      ].join('\n'),
    );
  });

  test('of very many wrong rows the first are told, and how many more there are', () => {
    expect(() => check(header, ...Array.from({ length: 1_000 }, () => 'x'))).toThrow(
      /line 21, column row: .*\n {2}… and 980 more$/,
    );
  });

  test('a file without a header or without a row is refused', () => {
    expect(() => check()).toThrow('line 1 must name the columns');
    expect(() => check(good)).toThrow('line 1 must name the columns');
    expect(() => check(header, '', '  ')).toThrow('the file has no row below its header');
  });
});
