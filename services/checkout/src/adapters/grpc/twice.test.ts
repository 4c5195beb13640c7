import { status } from '@grpc/grpc-js';
import { GrpcRefusal } from '@ipe/service-kit/refusal';
import { twice } from './twice.ts';

function failing(code: status, times: number) {
  let calls = 0;
  const attempt = async (): Promise<string> => {
    calls += 1;
    if (calls <= times) throw new GrpcRefusal({ code, reason: 'r', message: 'm' });
    return 'answer';
  };
  return { attempt, calls: () => calls };
}

test.each([status.UNAVAILABLE, status.DEADLINE_EXCEEDED, status.RESOURCE_EXHAUSTED])(
  'one more try follows the status %p',
  async (code) => {
    const neighbour = failing(code, 1);
    expect(await twice(neighbour.attempt)).toBe('answer');
  },
);

test('there is no third try', async () => {
  const neighbour = failing(status.UNAVAILABLE, 5);
  await expect(twice(neighbour.attempt)).rejects.toMatchObject({ code: status.UNAVAILABLE });
  expect(neighbour.calls()).toBe(2);
});

test('a refusal is not asked for again', async () => {
  const neighbour = failing(status.INVALID_ARGUMENT, 1);
  await expect(twice(neighbour.attempt)).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
  expect(neighbour.calls()).toBe(1);
});

test('the pause that the neighbour asks for is kept before the second try', async () => {
  const begun = Date.now();
  let calls = 0;
  await twice(async () => {
    calls += 1;
    if (calls > 1) return;
    throw new GrpcRefusal({ code: status.UNAVAILABLE, reason: 'not_leading', message: 'm', retryAfterMs: 60 });
  });
  // A timer may be a millisecond early.
  expect(Date.now() - begun).toBeGreaterThanOrEqual(58);
});
