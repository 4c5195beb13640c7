import { status } from '@grpc/grpc-js';
import { GrpcRefusal, invalidRequest } from '@ipe/service-kit/refusal';
import { neighbourProblem } from './neighbour-problem.ts';

const told = (code: status, reason: string, retryAfterMs?: number) =>
  neighbourProblem(new GrpcRefusal({ code, reason, message: 'why', retryAfterMs }));

test.each([
  [status.NOT_FOUND, 'order_not_found', 404],
  [status.ALREADY_EXISTS, 'sku_taken', 409],
  [status.FAILED_PRECONDITION, 'order_already_paid', 409],
  [status.FAILED_PRECONDITION, 'insufficient_funds', 422],
  [status.ABORTED, 'in_flight', 409],
  [status.UNAVAILABLE, 'account_unavailable', 503],
])('status %i with reason %s is %i, with the reason as its code', (code, reason, expected) => {
  const { problem } = told(code, reason);
  expect(problem).toMatchObject({ status: expected, code: reason, type: `urn:ipe:problem:${reason}`, detail: 'why' });
});

test('unavailability says when to try again, in whole seconds, at least one', () => {
  expect(told(status.UNAVAILABLE, 'x_unavailable', 1_200).headers).toEqual({ 'retry-after': '2' });
  expect(told(status.UNAVAILABLE, 'x_unavailable', 0).headers).toEqual({ 'retry-after': '1' });
});

test.each([status.INTERNAL, status.UNKNOWN, status.UNIMPLEMENTED, status.DATA_LOSS])(
  'a bug (status %i) tells neither its reason nor its message',
  (code) => {
    const { problem } = told(code, 'boom');
    expect(problem).toEqual({
      type: 'urn:ipe:problem:service_failed',
      title: 'A service failed',
      status: 502,
      code: 'service_failed',
    });
  },
);

test('fields of the contracts become fields of this API', () => {
  const fields = ['amount_cents', 'items[2].product_id', 'page_token', 'page_size', 'document', 'idempotency_key'];
  const { problem } = neighbourProblem(invalidRequest(fields.map((field) => ({ field, description: 'is wrong' }))));
  expect(problem.errors?.map(({ field }) => field)).toEqual([
    'amount',
    'items[2].productId',
    'cursor',
    'limit',
    'document',
    'Idempotency-Key',
  ]);
});
