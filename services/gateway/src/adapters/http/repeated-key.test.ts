import { repeatedKey } from './repeated-key.ts';

test.each<[string, (string | number)[]]>([
  ['{"a":1,"a":2}', ['a']],
  ['{"a":1,"a":1}', ['a']],
  ['{ "a" : 1 ,\n"b":2, "a"\t:\r\n3 }', ['a']],
  ['{"a":1,"\\u0061":2}', ['a']],
  ['{"\\u0061":1,"a":2}', ['a']],
  ['{"\\n":1,"\\u000a":2}', ['\n']],
  ['{"a\\"":1,"a\\u0022":2}', ['a"']],
  ['{"":1,"":2}', ['']],
  ['{"card":{"cvv":"1","number":"2","cvv":"3"}}', ['card', 'cvv']],
  ['{"items":[{"id":1},{"id":1,"id":2}]}', ['items', 1, 'id']],
  ['[[1,2],[{"a":{},"a":[]}]]', [1, 0, 'a']],
  ['{"a":{"b":1},"c":[1,2],"a":0}', ['a']],
  ['{"ã":1,"\\u00e3":2}', ['ã']],
  ['{"😀":1,"\\ud83d\\ude00":2}', ['😀']],
])('%s repeats a key', (json, path) => {
  expect(JSON.parse(json)).toBeDefined();
  expect(repeatedKey(json)).toEqual(path);
});

test.each([
  '{"a":1,"A":1,"a ":1,"\\\\u0061":1}',
  '{"a":{"a":{"a":"a"}}}',
  '[{"a":1},{"a":1}]',
  '{"a":"a","b":"a","c":["a","a"]}',
  '{"a":"\\",\\"a\\":2","b":"{\\"a\\":1,\\"a\\":2}"}',
  '{"a\\\\":1,"a":2}',
  '{"a":",","b":":","c":"}{][","d":"\\\\"}',
  '{"constructor":1,"toString":2}',
  '"a"',
  'null',
  '[]',
  '{}',
  ' ',
])('%s repeats none', (json) => {
  expect(repeatedKey(json)).toBeUndefined();
});

test('a body as large as may be, nested or escaped as deep as may be, is read at once', () => {
  const bytes = 64 * 1024;
  const bodies = [
    `${'['.repeat(bytes / 2)}${']'.repeat(bytes / 2)}`,
    `"${'\\u0061'.repeat(bytes / 6)}"`,
    `"${'\\\\'.repeat(bytes / 2 - 1)}"`,
    `"${' '.repeat(bytes - 2)}"`,
    `{"a":${' '.repeat(bytes - 7)}1}`,
    `"a"${' '.repeat(bytes - 3)}`,
    `{${Array.from({ length: 6_000 }, (_, at) => `"${at}":1`).join()}}`,
  ];
  for (const body of bodies) {
    const startedAt = performance.now();
    expect(repeatedKey(body)).toBeUndefined();
    expect(performance.now() - startedAt).toBeLessThan(200);
  }
});
