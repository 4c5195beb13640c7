import type { IHeaders } from 'kafkajs';

/**
 * CloudEvents 1.0 attributes, carried as Kafka headers (binary mode): the value is the event's own proto3 JSON.
 * id: stable, so that a repetition can be recognised. source: `/bank/transaction`. type: `bank.entries.v1`.
 */
export type CloudEventAttributes = {
  id: string;
  source: string;
  type: string;
  time: Date;
  /** W3C trace context of the request that made the fact. */
  traceparent?: string | undefined;
};

export function cloudEventHeaders(attributes: CloudEventAttributes): Record<string, string> {
  return {
    ce_specversion: '1.0',
    ce_id: attributes.id,
    ce_source: attributes.source,
    ce_type: attributes.type,
    ce_time: attributes.time.toISOString(),
    'content-type': 'application/json',
    ...(attributes.traceparent ? { traceparent: attributes.traceparent } : {}),
  };
}

/** A header as text; Kafka gives bytes, and a repeated header as a list. */
export function headerText(headers: IHeaders | undefined, name: string): string | undefined {
  const value = headers?.[name];
  const first = Array.isArray(value) ? value[0] : value;
  return first === undefined ? undefined : first.toString();
}
