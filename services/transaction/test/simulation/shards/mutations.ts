import type { Edit, Mutation } from '../mutation.ts';
import { answersAreLost, deliveriesTakeLong, reservationsAreAskedAboutAtOnce } from './untimely.ts';

const domain = 'src/domain';
const shards = 'src/application/shards';

const noEarlierAnswer = {
  find: (name: string) =>
    `const idempotency = scopeOf(${name}, moment);\n  const earlier = earlierAnswer(state, idempotency, 'transaction');\n  if (earlier) return earlier;`,
  replace: (name: string) => `const idempotency = scopeOf(${name}, moment);`,
};

function across(name: string, ...edits: Edit[]): Mutation {
  return { name, edits, simulation: 'acrossShards' };
}

function edit(file: string, find: string, replace: string): Edit {
  return { file, find, replace };
}

/** A delivery without some of its lines, whose books are in order all the same. */
function deliveredWithout(lines: string): Edit[] {
  const file = `${domain}/decide-delivery.ts`;
  return [
    edit(file, 'for (const posting of postings) {', `for (const posting of postings) {\n      if (${lines}) continue;`),
    edit(
      file,
      'const sums = sumsOf(items);',
      `const sums = sumsOf(items.map((item) => ({ ...item, postings: item.postings.filter((posting) => !(${lines})) })));`,
    ),
  ];
}

export const mutationsAcrossShards: readonly Mutation[] = [
  across(
    'a purchase of which nobody knows who pays is declined at the shard of its key',
    edit(
      `${domain}/home-of.ts`,
      "return verdict === 'card_state_unknown' ? undefined : shardOf(",
      'void verdict;\n  return shardOf(',
    ),
  ),
  across(
    'a purchase that was called off is approved all the same',
    edit(
      `${domain}/decide-authorize.ts`,
      "if (isCalledOff(state, command.idempotency)) return decline(command, card, 'cancelled_by_merchant', moment);",
      '',
    ),
  ),
  across(
    'the courier goes on before it has delivered',
    edit(
      `${shards}/courier.ts`,
      'await Promise.all(batches.flatMap((batch) => deliveriesIn(batch, { from, to }).map(deliver)));',
      'void Promise.all(batches.flatMap((batch) => deliveriesIn(batch, { from, to }).map((one) => deliver(one).catch(() => undefined))));',
    ),
  ),
  across(
    'the courier takes a delivery that was not done for done',
    edit(
      `${shards}/courier.ts`,
      'mustBeDone(await desk().deliver(delivery, call), delivery);',
      'await desk().deliver(delivery, call);',
    ),
  ),
  across(
    'a delivery is not recognised when it comes again',
    edit(
      `${domain}/decide-delivery.ts`,
      noEarlierAnswer.find('deliveryName(delivery)'),
      noEarlierAnswer.replace('deliveryName(delivery)'),
    ),
  ),
  across(
    'deliveries of two shards are taken for one another',
    edit(
      `${domain}/decide-delivery.ts`,
      'function deliveryName({ from, sequence, part }: DeliveryPlace): Name {',
      'function deliveryName({ sequence, part }: DeliveryPlace): Name {\n  const from = 0;',
    ),
  ),
  across(
    'parts of a batch are taken for one another',
    edit(`${shards}/courier.ts`, 'const mostInDelivery = 300;', 'const mostInDelivery = 1;'),
    edit(
      `${shards}/courier.ts`,
      'sequence: header.sequence, part, items: some',
      'sequence: header.sequence, part: 0, items: some',
    ),
  ),
  across(
    'a receipt is booked as often as it is tried',
    edit(
      `${domain}/decide-delivery.ts`,
      noEarlierAnswer.find('receiptName(place)'),
      noEarlierAnswer.replace('receiptName(place)'),
    ),
  ),
  across(
    'no receipt is booked',
    edit(
      `${shards}/courier.ts`,
      'if ([...sums.values()].every((sum) => sum === cents(0n))) return;',
      'if (sums) return;',
    ),
  ),
  across(
    'a receipt that was not booked is taken for booked',
    edit(`${shards}/courier.ts`, 'mustBeDone(receipt, delivery);', 'void receipt;'),
  ),
  across(
    'a reservation is freed although the transaction has named it',
    edit(`${shards}/sharded-ledger.ts`, '!named.includes(reservationId)', '(void named, reservationId)'),
  ),
  across(
    'a reservation is freed although nobody knows whether it was named',
    ...deliveriesTakeLong,
    ...answersAreLost,
    edit(`${shards}/sharded-ledger.ts`, "if (reply.kind === 'unserved') return;", ''),
  ),
  across(
    'a reservation is freed without asking its home',
    ...reservationsAreAskedAboutAtOnce,
    edit(`${shards}/resolve-reservations.ts`, "|| reply.answer === 'named') return;", ') return;'),
  ),
  across(
    'a reservation that was called off stays',
    edit(`${shards}/resolve-reservations.ts`, 'await desk.release(reservationId, call);', ''),
  ),
  across(
    'a reservation is called off, and no mark is left',
    ...reservationsAreAskedAboutAtOnce,
    edit(
      `${domain}/decide-reservation.ts`,
      "return answered('called_off', { decidedAt, idempotency: undefined, traceparent, change });",
      "void decidedAt; void traceparent; void change; return answered('called_off');",
    ),
  ),
  across(
    'a reservation that was called off is named all the same',
    ...reservationsAreAskedAboutAtOnce,
    edit(
      `${shards}/sharded-ledger.ts`,
      'const isLate = reservations.some(({ reservationId }) => isReservationCalledOff(state, reservationId));',
      'const isLate = false;',
    ),
  ),
  across(
    'whether a reservation was called off is not looked up',
    ...reservationsAreAskedAboutAtOnce,
    edit(
      `${domain}/decide-reservation.ts`,
      "if (answer?.reservationIds.includes(reservationId)) return replayed('named');",
      '',
    ),
  ),
  across(
    'reservations are not kept in view',
    edit(
      `${domain}/apply.ts`,
      "if (isOpen && transaction.kind === 'RESERVATION') state.openReservations.add(transaction.transactionId);",
      '',
    ),
  ),
  across(
    'what is taken from another shard is not set aside there',
    edit(
      `${shards}/sharded-ledger.ts`,
      'lacking = isSure ? new Map() : unreserved(withoutReservations(elsewhere), remittances);',
      'void isSure; lacking = new Map();',
    ),
  ),
  across(
    'less is set aside than is taken',
    edit(
      `${shards}/sharded-ledger.ts`,
      'const wanted = { accountId, amount,',
      'const wanted = { accountId, amount: cents(needed / 2n + 1n),',
    ),
  ),
  across(
    'what a transaction has set aside is not freed when it comes',
    edit(`${domain}/decide-delivery.ts`, 'if (!ended) continue;', 'if (ended) continue;'),
  ),
  across(
    'not all of what was set aside is freed',
    edit(
      `${domain}/decide-reservation.ts`,
      "'HOLD_RELEASED', -reservation.held);\n  return { reservation",
      "'HOLD_RELEASED', cents(1n - reservation.held));\n  return { reservation",
    ),
  ),
  across('a delivery frees what was set aside, and takes nothing', ...deliveredWithout('posting.posted < 0n')),
  across(
    'what comes for a closed account is dropped',
    ...deliveredWithout("accounts.get(posting.accountId)?.status === 'CLOSED'"),
  ),
  across(
    'what comes for an account is written there, whatever its status',
    edit(
      `${domain}/decide-delivery.ts`,
      'const isTakenIn = account && (',
      'const isTakenIn = account && (account.accountId !== undefined || ',
    ),
  ),
  across(
    'what comes for an account is unclaimed at once',
    edit(`${domain}/decide-delivery.ts`, 'creditRefusal(account, sum) === undefined', 'false'),
  ),
  across(
    "an account's lines are taken in by the largest of them",
    edit(
      `${domain}/decide-delivery.ts`,
      'lines.reduce((total, { posted }) => total + posted, 0n)',
      'lines.reduce((most, { posted }) => (posted > most ? posted : most), -1n)',
    ),
  ),
  across(
    'more is owed between the shards than a balance can hold',
    edit(
      `${shards}/sharded-ledger.ts`,
      "return full === undefined ? decision : refused('balance_too_large', full);",
      'void full;\n    return decision;',
    ),
  ),
];
