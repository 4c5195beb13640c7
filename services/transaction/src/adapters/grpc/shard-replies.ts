import type { NotDone } from '@ipe/contracts/gen/bank/transaction/v1/shards';
import { type NotServed, type Reply, type Unserved, unserved } from '../../application/admission.ts';
import { answered, type Refused, refused } from '../../domain/decision.ts';
import { refusals, unservedReasons } from './reply-status.ts';

// A reply of the ledger between two replicas: what came of it, or why nothing did.

export function toNotDone(reply: Refused | NotServed): NotDone {
  if (reply.kind === 'refused') return { refusal: reply.refusal, about: reply.about, unserved: '' };
  return { refusal: '', about: '', unserved: reply.why };
}

/** message: the answer as it came; absent with a reason. Throws when there is neither. */
export function fromResponse<Message, Answer>(
  { answer, notDone }: { answer: Message | undefined; notDone: NotDone | undefined },
  read: (message: Message) => Answer,
): Reply<Answer> {
  if (notDone) {
    if (isRefusal(notDone.refusal)) return refused(notDone.refusal, notDone.about).outcome;
    return unserved(isUnserved(notDone.unserved) ? notDone.unserved : 'not_leading');
  }
  if (answer === undefined) throw new Error('a replica answered nothing');
  return answered(read(answer)).outcome;
}

function isRefusal(text: string): text is keyof typeof refusals {
  return Object.hasOwn(refusals, text);
}

function isUnserved(text: string): text is Unserved {
  return Object.hasOwn(unservedReasons, text);
}
