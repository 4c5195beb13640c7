import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { status } from '@grpc/grpc-js';
import { BlockReason, CardVerdict } from '@ipe/contracts/gen/bank/cards/v1/cards';
import { testEngines } from '@ipe/testing/engines';
import { startCards } from './cards-bank.ts';

/** A door to DynamoDB: open, or silent (connections are taken and nothing comes through), or refusing. */
class Door {
  private readonly sockets = new Set<Socket>();
  private state: 'open' | 'silent' | 'refusing' = 'open';
  private readonly server: Server = createServer((inner) => this.enter(inner));

  async listen(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  become(state: 'open' | 'silent' | 'refusing'): void {
    this.state = state;
    if (state === 'silent') for (const socket of this.sockets) socket.pause();
    else this.cut();
  }

  close(): void {
    this.server.close();
    this.cut();
  }

  private enter(inner: Socket): void {
    if (this.state === 'refusing') {
      inner.destroy();
      return;
    }
    const { hostname, port } = new URL(testEngines().dynamodb);
    const outer = connect(Number(port), hostname);
    for (const socket of [inner, outer]) {
      this.sockets.add(socket);
      // To cut connections is what this door is for.
      socket.on('error', () => socket.destroy());
    }
    if (this.state === 'open') inner.pipe(outer).pipe(inner);
  }

  private cut(): void {
    for (const socket of this.sockets) socket.destroy();
    this.sockets.clear();
  }
}

test('while a card’s state cannot be known it is told as unavailable in time, and never as valid', async () => {
  const door = new Door();
  const bank = await startCards({ DYNAMODB_ENDPOINT: await door.listen(), VERIFY_TIMEOUT_MS: '400' });
  try {
    const card = await bank.cards.issue();
    const presented = await bank.cards.reveal(card.cardId);

    door.become('refusing');
    const unavailable = { code: status.UNAVAILABLE, reason: 'card_store_unavailable', retryAfterMs: 1_000 };
    await expect(bank.cards.verify(presented)).rejects.toMatchObject(unavailable);
    await expect(bank.cards.block(card.cardId, BlockReason.BLOCK_REASON_HOLDER)).rejects.toMatchObject(unavailable);
    await expect(bank.cards.issue()).rejects.toMatchObject(unavailable);
    // A mistyped number is known to be no card without a look; of the other one nothing is said.
    const mistyped = { ...presented, number: '6505169999999999' };
    expect(await bank.cards.verifyEach([presented, mistyped])).toEqual({ 1: CardVerdict.CARD_VERDICT_UNKNOWN_CARD });

    door.become('open');
    await expect(bank.cards.verify(presented)).resolves.toMatchObject({ verdict: CardVerdict.CARD_VERDICT_VALID });

    door.become('silent');
    const began = performance.now();
    await expect(bank.cards.verify(presented)).rejects.toMatchObject({
      code: status.UNAVAILABLE,
      reason: 'card_state_unknown',
    });
    expect(performance.now() - began).toBeLessThan(750);

    door.become('open');
    await expect(bank.cards.verify(presented)).resolves.toMatchObject({ verdict: CardVerdict.CARD_VERDICT_VALID });
  } finally {
    await bank.stop();
    door.close();
  }
});
