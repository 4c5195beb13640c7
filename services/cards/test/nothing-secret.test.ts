import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { BlockReason } from '@ipe/contracts/gen/bank/cards/v1/cards';
import { GrpcRefusal } from '@ipe/service-kit/refusal';
import { eventually } from '@ipe/testing/eventually';
import { cardsCalls, cardsEnvironment, wrongCvv } from './cards-bank.ts';

const root = resolve(import.meta.dirname, '../../..');

test('a whole life of a card leaves no number, CVV or key in the log, the errors or the metrics', async () => {
  execFileSync(resolve(root, 'node_modules/.bin/tsc'), ['-b', 'services/cards'], { cwd: root });
  const { accounts, env } = await cardsEnvironment({ LOG_LEVEL: 'trace', ACCOUNT_TIMEOUT_MS: '300' });
  await accounts.start();
  const service = spawn(process.execPath, ['services/cards/dist/main.js'], {
    cwd: root,
    env: { ...process.env, ...env },
  });
  const output: Buffer[] = [];
  service.stdout.on('data', (chunk) => output.push(chunk));
  service.stderr.on('data', (chunk) => output.push(chunk));
  await eventually(async () => expect((await fetch(`http://${env.HTTP_ADDRESS}/health/ready`)).status).toBe(200), {
    timeoutMs: 30_000,
  });
  const cards = cardsCalls(env.GRPC_ADDRESS);
  const errors: GrpcRefusal[] = [];
  const refused = async (refusedCall: Promise<unknown>): Promise<void> => {
    const error: unknown = await refusedCall.then(
      () => new Error('was not refused'),
      (reason: unknown) => reason,
    );
    if (!(error instanceof GrpcRefusal)) throw error;
    errors.push(error);
  };

  const card = await cards.issue();
  const presented = await cards.reveal(card.cardId);
  const wrong = { ...presented, cvv: wrongCvv(presented.cvv) };
  await cards.verify(presented);
  for (let attempt = 0; attempt < 4; attempt += 1) await cards.verify(wrong);
  await refused(cards.verify({ ...presented, expiryMonth: 13 }));
  await refused(cards.verify({ ...presented, number: `${presented.number}x` }));
  await refused(cards.verify({ ...presented, cvv: `${presented.cvv}${presented.cvv}` }));
  await cards.unblock(card.cardId);
  await cards.block(card.cardId, BlockReason.BLOCK_REASON_LOST);
  await refused(cards.unblock(card.cardId));
  await refused(cards.reveal(card.cardId, 'cus_bia'));
  await refused(cards.get(presented.number));
  accounts.stop();
  await refused(cards.issue());
  const metrics = await (await fetch(`http://${env.HTTP_ADDRESS}/metrics`)).text();
  cards.close();
  service.kill('SIGTERM');
  const [code] = await once(service, 'exit');
  expect(code).toBe(0);

  const told = errors.map((error) => JSON.stringify([error.message, error.reason, error.violations, error.metadata]));
  const everything = [Buffer.concat(output).toString(), metrics, ...told].join('\n');
  expect(errors.length).toBe(7);
  expect(everything).toContain('SIGTERM: draining');
  expect(everything).not.toContain(presented.number);
  expect(everything).not.toMatch(new RegExp(`(?<!\\d)${presented.number.slice(0, 10)}`));
  expect(everything).not.toMatch(/cvv["':=\s]+\d{3}/i);
  for (const secret of [env.PAN_INDEX_KEY, env.CVV_KEY, env.PAN_SEALING_KEY]) expect(everything).not.toContain(secret);
});
