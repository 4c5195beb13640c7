import { Metadata, Server, status } from '@grpc/grpc-js';
import {
  type TransactionServiceServer,
  TransactionServiceService,
  TransferRequest,
} from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { listening } from '@ipe/testing/listening';
import { LedgerClient } from './ledger-client.ts';
import { leaderHeader, leaderText } from './ways.ts';

const request = TransferRequest.fromPartial({ caller: 'test', idempotencyKey: 'k', fromAccountId: 'a' });
const deadlineMs = 2_000;

/** A replica that answers each transfer; where it does not lead it tells who does, as if it had passed the call on. */
class FakeReplica {
  readonly server = new Server();
  asked = 0;
  leader: string | undefined;
  isMute = false;
  address = '';

  async start(): Promise<this> {
    const transfer: TransactionServiceServer['transfer'] = (call, answer) => {
      this.asked += 1;
      if (this.isMute) return;
      if (this.leader !== undefined) {
        const headers = new Metadata();
        headers.set(leaderHeader, leaderText({ shard: 0, shards: 1, address: this.leader }));
        call.sendMetadata(headers);
      }
      if (call.request.amountCents === 13n) answer({ code: status.FAILED_PRECONDITION, details: 'refused' });
      else answer(null, { transaction: undefined, replayed: false });
    };
    // The other methods are not called here.
    this.server.addService({ transfer: TransactionServiceService.transfer }, { transfer });
    this.address = await listening(this.server);
    return this;
  }
}

let leader: FakeReplica;
let standby: FakeReplica;
let client: LedgerClient;

beforeEach(async () => {
  leader = await new FakeReplica().start();
  standby = await new FakeReplica().start();
  standby.leader = leader.address;
  client = new LedgerClient(standby.address);
});

afterEach(() => {
  client.close();
  for (const { server } of [leader, standby]) server.forceShutdown();
});

test('asks whom it was given at first, and the leader once it was told who that is', async () => {
  for (let call = 0; call < 3; call++) await client.call('transfer', request, deadlineMs);
  expect([standby.asked, leader.asked]).toEqual([1, 2]);
});

test('what the leader refuses is not asked again elsewhere', async () => {
  await client.call('transfer', request, deadlineMs);
  const refused = client.call('transfer', { ...request, amountCents: 13n }, deadlineMs);
  await expect(refused).rejects.toMatchObject({ code: status.FAILED_PRECONDITION });
  expect([standby.asked, leader.asked]).toEqual([1, 1]);
});

test('when the leader is gone the same call is answered by another, and the way forgotten', async () => {
  await client.call('transfer', request, deadlineMs);
  leader.server.forceShutdown();
  standby.leader = undefined;
  await client.call('transfer', request, deadlineMs);
  await client.call('transfer', request, deadlineMs);
  expect(standby.asked).toBe(3);
});

test('a leader that lets a deadline pass is not asked directly any more', async () => {
  await client.call('transfer', request, deadlineMs);
  leader.isMute = true;
  standby.leader = undefined;
  await expect(client.call('transfer', request, 200)).rejects.toMatchObject({ code: status.DEADLINE_EXCEEDED });
  await client.call('transfer', request, deadlineMs);
  expect([standby.asked, leader.asked]).toEqual([2, 1]);
});
