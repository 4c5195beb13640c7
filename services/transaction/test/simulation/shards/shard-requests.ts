import { type Call, type Reply, unserved } from '../../../src/application/admission.ts';
import { cancelAuthorization } from '../../../src/application/cancel-authorization.ts';
import type { Command, CommandAnswer } from '../../../src/domain/command.ts';
import type { Authorize } from '../../../src/domain/decide-authorize.ts';
import { homeOfPurchase } from '../../../src/domain/home-of.ts';
import { answerKey } from '../../../src/domain/ledger-state.ts';
import type { Answers, Asked } from '../answers.ts';
import type { SimulatedStore } from '../simulated-store.ts';
import type { Truth } from '../truth.ts';
import type { ShardedProcess } from './sharded-process.ts';

/** What is known of a shard from outside. */
export type Known = Readonly<{ truth: Truth; answers: Answers; store: Pick<SimulatedStore, 'hasLost' | 'isToBlame'> }>;

/** What a client asks of the shard that decides it. */
export type Request =
  /** One command, or several that are asked at once, each for itself. */
  | Readonly<{ kind: 'write'; home: number; commands: readonly Command[] }>
  | Readonly<{ kind: 'rehearse'; home: number; command: Command }>
  | Readonly<{ kind: 'authorize'; home: number; command: Authorize; cardNumber: string }>
  /** Whose card a purchase will come with is not known: each shard is asked. */
  | Readonly<{ kind: 'cancel'; home: number; caller: string; authorizationKey: string }>;

export type Replies = ReadonlyArray<Reply<CommandAnswer | undefined>>;

/** A process answers, as the gRPC edge would have it do. */
export async function serve(one: ShardedProcess, request: Request, call: Call, shards: number): Promise<Replies> {
  const { shardedLedger, authorizePurchase } = one;
  switch (request.kind) {
    case 'write': {
      const [first, ...others] = request.commands;
      if (!first) return [];
      if (others.length === 0) return [await shardedLedger.execute(first, call)];
      return shardedLedger.executeEach(request.home, request.commands, call);
    }
    case 'rehearse':
      return [(await shardedLedger.rehearse(request.command, call)).reply];
    case 'authorize': {
      const card = { number: request.cardNumber, expiryMonth: 12, expiryYear: 2031, cvv: '123' };
      const finding = await authorizePurchase.findCard(card, call);
      const home = homeOfPurchase(request.command.idempotency, finding, shards);
      if (home === undefined) return [unserved('card_state_unknown')];
      return [await authorizePurchase.execute(request.command, card, call, { home, finding })];
    }
    case 'cancel': {
      const { home, caller, authorizationKey } = request;
      return [await cancelAuthorization(one.replica(home).ledger, { caller, authorizationKey }, call)];
    }
  }
}

/** Checks what was answered against what the shard's journal says. */
export function check(request: Request, replies: Replies, { answers }: Known, asked: Asked): void {
  replies.forEach((reply, at) => {
    if (request.kind === 'cancel') {
      answers.checkCancel(answerKey(request.caller, request.authorizationKey), reply as Reply<undefined>, asked);
      return;
    }
    // What is left of a dry run, the books look for.
    if (request.kind === 'rehearse') return;
    const command = request.kind === 'write' ? request.commands[at] : request.command;
    if (command) answers.checkAnswer(command.idempotency, reply as Reply<CommandAnswer>, asked);
  });
}
