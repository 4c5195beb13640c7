import { service } from './compose-file.ts';
import { read } from './repository.ts';

type Reference = { id: string; type: string; name: string };
type SavedObject = { id: string; type: string; references: Reference[]; attributes: Record<string, unknown> };
type Column = {
  operationType: string;
  sourceField?: string;
  references?: string[];
  params?: { filters?: { input: { query: string } }[]; orderBy?: { columnId?: string }; orderAgg?: Column };
};
type Lens = {
  title: string;
  state: {
    query: { query: string };
    datasourceStates: {
      formBased: { layers: Record<string, { columns: Record<string, Column>; columnOrder: string[] }> };
    };
  };
};
type Panel = { type: string; panelIndex: string; panelRefName?: string; embeddableConfig: { attributes?: Lens } };
type Field = { type: string; fields?: Record<string, Field> };

const objects = read('observability/kibana/bank-transactions.ndjson')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as SavedObject);
const template = JSON.parse(read('kafka-connect/index-templates/bank-transactions.json'));
const types = new Map<string, string>();
for (const [name, { type, fields = {} }] of Object.entries<Field>(template.template.mappings.properties)) {
  types.set(name, type);
  for (const [more, field] of Object.entries(fields)) types.set(`${name}.${more}`, field.type);
}

const only = (type: string): SavedObject => {
  const [found, ...others] = objects.filter((object) => object.type === type);
  if (!found || others.length > 0) throw new Error(`not one ${type}`);
  return found;
};
const view = only('index-pattern');
const search = only('search');
const dashboard = only('dashboard');
const panels = JSON.parse(String(dashboard.attributes['panelsJSON'])) as Panel[];
const lenses = panels.flatMap(({ embeddableConfig: { attributes } }) => attributes ?? []);
const layers = lenses.flatMap(({ title, state }) =>
  Object.values(state.datasourceStates.formBased.layers).map((layer) => ({ title, ...layer })),
);
const searchSource = (object: SavedObject) => {
  const { searchSourceJSON } = object.attributes['kibanaSavedObjectMeta'] as { searchSourceJSON: string };
  return JSON.parse(searchSourceJSON) as { query: { query: string } };
};

/** `field : "value"` of a query in KQL. */
const conditions = (query: string) =>
  [...query.matchAll(/([\w.]+) : "([^"]*)"/g)].map(([, field = '', value = '']) => ({ field, value }));

test('the data view is over the indexes that the template makes, by the time of the transaction', () => {
  expect(template.index_patterns).toEqual([view.attributes['title']]);
  expect(types.get(String(view.attributes['timeFieldName']))).toBe('date');
});

test('every reference leads to an object of the file', () => {
  const there = objects.map(({ type, id }) => `${type}/${id}`);
  for (const { references } of objects) for (const { type, id } of references) expect(there).toContain(`${type}/${id}`);
  const names = dashboard.references.map(({ name }) => name);
  const expected = panels.map(({ panelIndex, panelRefName }) =>
    panelRefName ? `${panelIndex}:${panelRefName}` : `${panelIndex}:indexpattern-datasource-layer-layer1`,
  );
  expect(names).toEqual(expected);
});

test('nothing needs what lies outside of the file', () => {
  expect(objects.map(({ type }) => type)).toEqual(['index-pattern', 'search', 'dashboard']);
});

const fitting: Record<string, string[]> = { sum: ['long'], terms: ['keyword'], date_histogram: ['date'] };

test.each(layers)('$title reads fields that the index has, of a kind that fits', ({ columns, columnOrder }) => {
  expect([...columnOrder].sort()).toEqual(Object.keys(columns).sort());
  for (const column of Object.values(columns)) {
    for (const { operationType, sourceField, references = [] } of [column, column.params?.orderAgg ?? column]) {
      if (sourceField && sourceField !== '___records___') {
        expect([sourceField, fitting[operationType]]).toEqual([
          sourceField,
          expect.arrayContaining([types.get(sourceField)]),
        ]);
      }
      for (const reference of references) expect(columns).toHaveProperty([reference]);
    }
    const by = column.params?.orderBy?.columnId;
    if (by) expect(columns[by]?.operationType).toBe('count');
  }
});

test('every query asks for fields and values that events have', () => {
  const proto = read('proto/bank/events/v1/transaction_event.proto');
  const filters = layers.flatMap(({ columns }) =>
    Object.values(columns).flatMap(({ params }) => (params?.filters ?? []).map(({ input }) => input.query)),
  );
  const queries = [...lenses.map(({ state }) => state.query.query), ...filters, searchSource(search).query.query];
  const asked = queries.flatMap(conditions);
  expect(asked.length).toBeGreaterThan(queries.length - 1);
  for (const { field, value } of asked) {
    expect([field, types.get(field)]).toEqual([field, 'keyword']);
    expect(proto).toMatch(new RegExp(`// .*\\b${value}\\b`));
  }
});

test('the list of declines shows fields that the index has', () => {
  for (const field of search.attributes['columns'] as string[]) expect([...types.keys()]).toContain(field);
});

test('Kibana’s container finds the file and the step that imports it', () => {
  const step = read('observability/kibana/start.sh');
  expect(service('kibana').volumes).toEqual(['./observability/kibana:/opt/bank:ro']);
  expect(service('kibana').command).toEqual(['bash', '/opt/bank/start.sh']);
  expect(step).toContain('file=@/opt/bank/bank-transactions.ndjson');
});
