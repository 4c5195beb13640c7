import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { toDelivery, withinTrace } from './delivery.ts';
import { PoisonMessage } from './handling-error.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const place = { topic: 'things', partition: 1, offset: '7' };
const message = {
  key: Buffer.from('a'),
  value: Buffer.from('{}'),
  headers: { ce_id: Buffer.from('e-1'), traceparent: Buffer.from(`00-${traceId}-b7ad6b7169203331-01`) },
  timestamp: '0',
  attributes: 0,
  offset: '7',
};

test('a delivery has the event’s own id, or its place where it has none', () => {
  expect(toDelivery(message, place)).toEqual({ ...place, key: 'a', value: '{}', id: 'e-1' });
  expect(toDelivery({ ...message, headers: {} }, place).id).toBe('things/1/7');
});

test('a message without a key or a value is poison', () => {
  expect(() => toDelivery({ ...message, key: null }, place)).toThrow(PoisonMessage);
  expect(() => toDelivery({ ...message, value: null }, place)).toThrow(PoisonMessage);
});

test('a handler runs within the trace that the event carries', async () => {
  withContexts();
  let seen: string | undefined;
  await withinTrace(message, 'things', async () => {
    seen = trace.getSpanContext(context.active())?.traceId;
  });
  expect(seen).toBe(traceId);
});

/** The least of OpenTelemetry's SDK that carries a trace. */
function withContexts(): void {
  const storage = new AsyncLocalStorage<Context>();
  context.setGlobalContextManager({
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (active, run, self, ...args) => storage.run(active, () => run.call(self as never, ...args)),
    bind: (_active, target) => target,
    enable() {
      return this;
    },
    disable() {
      return this;
    },
  });
  propagation.setGlobalPropagator({
    inject: () => undefined,
    fields: () => ['traceparent'],
    extract: (from, carrier: { traceparent: string }) => {
      const [, id = '', spanId = ''] = carrier.traceparent.split('-');
      return trace.setSpanContext(from, { traceId: id, spanId, traceFlags: 1 });
    },
  });
}
