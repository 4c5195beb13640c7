import { context, type Link, propagation, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import type { KafkaMessage } from 'kafkajs';
import { headerText } from './cloud-event.ts';
import { PoisonMessage } from './handling-error.ts';

/** A message as handlers get it. id: the event's own, so that a repetition can be recognised. */
export type Delivery = { topic: string; partition: number; offset: string; key: string; value: string; id: string };

export type Place = { topic: string; partition: number; offset: string };

/** Throws PoisonMessage where a handler could do nothing: no key, or no value. */
export function toDelivery(message: KafkaMessage, place: Place): Delivery {
  const { key, value } = message;
  if (!key || !value) throw new PoisonMessage('the message has no key or no value');
  return {
    ...place,
    key: key.toString(),
    value: value.toString(),
    id: headerText(message.headers, 'ce_id') ?? `${place.topic}/${place.partition}/${place.offset}`,
  };
}

/** Handles a message within the trace of the request that made the fact. */
export function withinTrace(message: KafkaMessage, topic: string, handle: () => Promise<void>): Promise<void> {
  const parent = traceOf(message);
  const span = trace.getTracer('@ipe/events').startSpan(`process ${topic}`, spanOptions(topic), parent);
  return context.with(trace.setSpan(parent, span), handle).finally(() => span.end());
}

/** Handles messages: one within its trace, several in one span that links to each one's trace. */
export function withinTraces(messages: readonly KafkaMessage[], topic: string, handle: () => Promise<void>) {
  const [first, ...others] = messages;
  if (first && others.length === 0) return withinTrace(first, topic, handle);
  const links: Link[] = messages.flatMap((message) => {
    const spanContext = trace.getSpanContext(traceOf(message));
    return spanContext ? [{ context: spanContext }] : [];
  });
  const span = trace.getTracer('@ipe/events').startSpan(`process ${topic}`, { ...spanOptions(topic), links });
  return context.with(trace.setSpan(ROOT_CONTEXT, span), handle).finally(() => span.end());
}

function traceOf(message: KafkaMessage) {
  return propagation.extract(ROOT_CONTEXT, { traceparent: headerText(message.headers, 'traceparent') });
}

function spanOptions(topic: string) {
  const attributes = { 'messaging.system': 'kafka', 'messaging.destination.name': topic };
  return { kind: SpanKind.CONSUMER, attributes };
}
