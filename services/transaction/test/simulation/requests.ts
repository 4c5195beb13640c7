import type { Call, Reply } from '../../src/application/admission.ts';
import { cancelAuthorization } from '../../src/application/cancel-authorization.ts';
import { getBalance, getBalances } from '../../src/application/get-balance.ts';
import { findTransaction, getTransaction } from '../../src/application/get-transaction.ts';
import { taskOf } from '../../src/application/task.ts';
import type { Account } from '../../src/domain/account.ts';
import type { Command, CommandAnswer } from '../../src/domain/command.ts';
import type { Authorize } from '../../src/domain/decide-authorize.ts';
import type { Transaction } from '../../src/domain/transaction.ts';
import { sha256 } from '../paper-ledger.ts';
import type { Replica } from './replica.ts';

/** What a client asks. */
export type Request =
  | Readonly<{ kind: 'write'; command: Command }>
  | Readonly<{ kind: 'each'; commands: readonly Command[] }>
  | Readonly<{ kind: 'together'; commands: readonly Command[] }>
  | Readonly<{ kind: 'rehearse'; command: Command }>
  | Readonly<{ kind: 'authorize'; command: Authorize; number: string }>
  | Readonly<{ kind: 'cancel'; caller: string; authorizationKey: string }>
  | Readonly<{ kind: 'balance'; accountId: string }>
  | Readonly<{ kind: 'allBalances'; accountIds: readonly string[] }>
  | Readonly<{ kind: 'transaction'; transactionId: string }>
  | Readonly<{ kind: 'find'; caller: string; key: string }>;

/** What it is answered. Of the bulk ones: `done` when all of it was done. */
export type Response =
  | Readonly<{ kind: 'write' | 'authorize' | 'rehearse'; reply: Reply<CommandAnswer> }>
  | Readonly<{ kind: 'each'; replies: ReadonlyArray<Reply<CommandAnswer>> }>
  | Readonly<{ kind: 'together'; done: boolean; replies: ReadonlyArray<Reply<CommandAnswer>> }>
  | Readonly<{ kind: 'cancel'; reply: Reply<Transaction | undefined> }>
  | Readonly<{ kind: 'balance'; reply: Reply<Account> }>
  | Readonly<{ kind: 'allBalances'; reply: Reply<readonly Account[]> }>
  | Readonly<{ kind: 'transaction' | 'find'; reply: Reply<Transaction> }>;

/** A replica answers, as the gRPC edge would have it do. */
export async function serve({ ledger, authorizePurchase }: Replica, request: Request, call: Call): Promise<Response> {
  const { kind } = request;
  switch (kind) {
    case 'write':
      return { kind, reply: await ledger.execute<CommandAnswer>(call, taskOf(request.command)) };
    case 'each':
      return { kind, replies: await ledger.executeEach<CommandAnswer>(call, request.commands.map(taskOf)) };
    case 'together':
      return { kind, ...(await ledger.executeTogether<CommandAnswer>(call, request.commands.map(taskOf))) };
    case 'rehearse':
      return { kind, reply: (await ledger.rehearse<CommandAnswer>(call, taskOf(request.command))).reply };
    case 'authorize': {
      const card = { number: request.number, expiryMonth: 12, expiryYear: 2031, cvv: '123' };
      return { kind, reply: await authorizePurchase.execute(request.command, card, call) };
    }
    case 'cancel': {
      const { caller, authorizationKey } = request;
      return { kind, reply: await cancelAuthorization(ledger, { caller, authorizationKey }, call) };
    }
    case 'balance':
      return { kind, reply: await getBalance(ledger, request.accountId, call) };
    case 'allBalances':
      return { kind, reply: await getBalances(ledger, request.accountIds, call) };
    case 'transaction':
      return { kind, reply: await getTransaction(ledger, request.transactionId, call) };
    case 'find':
      return { kind, reply: await findTransaction(ledger, request, call) };
  }
}

/** The replies that a response consists of. */
export function repliesOf(response: Response): ReadonlyArray<Reply<unknown>> {
  return 'replies' in response ? response.replies : [response.reply];
}

/** Whether nobody can say what became of it: it must be asked again. */
export function isUnserved(response: Response): boolean {
  return repliesOf(response).some(({ kind }) => kind === 'unserved');
}

export function requestText(request: unknown): string {
  return JSON.stringify(request, (_name, value) => (typeof value === 'bigint' ? String(value) : value));
}

/** Of what is asked under a key: no two bodies have the same. */
export function fingerprintOf(body: object): string {
  return sha256(requestText(body));
}

export function replyText(reply: Reply<unknown>): string {
  if (reply.kind === 'refused') return reply.refusal;
  return reply.kind === 'unserved' ? reply.why : reply.replayed ? 'replayed' : 'answered';
}
