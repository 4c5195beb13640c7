import type { Account } from './account.ts';
import { type ChangeAccount, decideChangeAccount, decideOpenAccount, type OpenAccount } from './decide-account.ts';
import { type Capture, decideCapture } from './decide-capture.ts';
import { decideHold, decideIncrement, type Hold, type Increment } from './decide-hold.ts';
import { decidePost, type Post } from './decide-post.ts';
import { decidePostByTemplate, type PostByTemplate } from './decide-post-by-template.ts';
import { decideRefund, type Refund } from './decide-refund.ts';
import { decideVoid, type Void } from './decide-release.ts';
import { decideReverse, type Reverse } from './decide-reverse.ts';
import { decideTransfer, type Transfer } from './decide-transfer.ts';
import type { Decision, Moment } from './decision.ts';
import type { LedgerView } from './ledger-state.ts';
import type { Transaction } from './transaction.ts';

/** What the ledger can be told to do at once, from what it knows itself. (An authorisation asks for the card first.) */
export type Command =
  | (Readonly<{ kind: 'transfer' }> & Transfer)
  | (Readonly<{ kind: 'post' }> & Post)
  | (Readonly<{ kind: 'postByTemplate' }> & PostByTemplate)
  | (Readonly<{ kind: 'hold' }> & Hold)
  | (Readonly<{ kind: 'increment' }> & Increment)
  | (Readonly<{ kind: 'capture' }> & Capture)
  | (Readonly<{ kind: 'void' }> & Void)
  | (Readonly<{ kind: 'refund' }> & Refund)
  | (Readonly<{ kind: 'reverse' }> & Reverse)
  | (Readonly<{ kind: 'openAccount' }> & OpenAccount)
  | (Readonly<{ kind: 'changeAccount' }> & ChangeAccount);

/** What a command is answered with. */
export type CommandAnswer = Transaction | Account;

/** What the state and the command come to. Nothing is changed: `apply` does that, with the record. */
export function decide(state: LedgerView, command: Command, moment: Moment): Decision<CommandAnswer> {
  switch (command.kind) {
    case 'transfer':
      return decideTransfer(state, command, moment);
    case 'post':
      return decidePost(state, command, moment);
    case 'postByTemplate':
      return decidePostByTemplate(state, command, moment);
    case 'hold':
      return decideHold(state, command, moment);
    case 'increment':
      return decideIncrement(state, command, moment);
    case 'capture':
      return decideCapture(state, command, moment);
    case 'void':
      return decideVoid(state, command, moment);
    case 'refund':
      return decideRefund(state, command, moment);
    case 'reverse':
      return decideReverse(state, command, moment);
    case 'openAccount':
      return decideOpenAccount(state, command, moment);
    case 'changeAccount':
      return decideChangeAccount(state, command, moment);
  }
}
