// DynamoDB's write units by AWS's published rules, for where DynamoDB Local counts wrong: since version 3 it tells two
// units for any transaction (its issue 31), and AWS takes two for each started kilobyte of each item. Pure.

/** An item's size as DynamoDB counts it: names in UTF-8, and values; numbers about half a byte a digit. */
export function itemBytes(item) {
  return Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value), 0);
}

function valueBytes(value) {
  const [[type, content]] = Object.entries(value);
  if (type === 'S') return Buffer.byteLength(content);
  if (type === 'B') return Buffer.byteLength(content, 'base64');
  if (type === 'N') return Math.ceil(content.replace(/[-.]/g, '').length / 2) + 1;
  if (type === 'BOOL' || type === 'NULL') return 1;
  if (type === 'L') return 3 + content.reduce((sum, one) => sum + 1 + valueBytes(one), 0);
  if (type === 'M') return 3 + itemBytes(content) + Object.keys(content).length;
  return content.reduce((sum, one) => sum + valueBytes({ [type[0]]: one }), 0);
}

/** Of TransactItems as they are sent. What is updated, deleted or only checked counts as an item below a kilobyte. */
export function transactionUnits(items) {
  return items.reduce((sum, { Put }) => sum + 2 * (Put ? Math.ceil(itemBytes(Put.Item) / 1024) : 1), 0);
}
