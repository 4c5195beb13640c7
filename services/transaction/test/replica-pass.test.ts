import { status } from '@grpc/grpc-js';
import { DeliverRequest, ReserveRequest, ShardServiceClient } from '@ipe/contracts/gen/bank/transaction/v1/shards';
import { call, grpcClient } from '@ipe/service-kit/grpc-client';
import { ReplicaPass } from '../src/adapters/grpc/replica-pass.ts';
import { startFakeCards } from './fake-cards.ts';
import { Bank, environment, makeTopics, startHere } from './service-under-test.ts';

const notAReplica = { code: status.PERMISSION_DENIED, reason: 'not_a_replica' };

test('what replicas ask of each other is refused to everybody else, and leaves nothing behind', async () => {
  const cards = await startFakeCards();
  const env = await environment(cards.address);
  await makeTopics(env);
  const service = await startHere(env);
  const bank = new Bank(env);
  const stranger = grpcClient(ShardServiceClient, env['GRPC_ADDRESS'] ?? '');
  try {
    await bank.furnish();
    const reserve = ReserveRequest.fromPartial({
      shard: 0,
      accountId: 'acc_ana',
      amountCents: 100n,
      currency: 'BRL',
      reservedFor: { home: 0, caller: 'stranger', key: 'k' },
    });
    const within = 5_000;
    await expect(call(stranger, stranger.reserve, reserve, within)).rejects.toMatchObject(notAReplica);
    const deliver = DeliverRequest.fromPartial({ from: 1, to: 0, sequence: 1n });
    await expect(call(stranger, stranger.deliver, deliver, within)).rejects.toMatchObject(notAReplica);
    await expect(call(stranger, stranger.handOver, { shard: 0 }, within)).rejects.toMatchObject(notAReplica);
    const guessed = { headers: new ReplicaPass(Buffer.alloc(32, 9)).headers };
    await expect(call(stranger, stranger.reserve, reserve, within, guessed)).rejects.toMatchObject(notAReplica);
    expect(await bank.balance('acc_ana')).toMatchObject({ heldCents: 0n, postedCents: 100_000n });

    const own = { headers: new ReplicaPass(Buffer.from(env['FINGERPRINT_KEY'] ?? '', 'base64')).headers };
    const { reservation } = await call(stranger, stranger.reserve, reserve, within, own);
    expect(reservation).toMatchObject({ heldCents: 100n });
  } finally {
    stranger.close();
    bank.close();
    await service.stop();
    cards.stop();
  }
});
