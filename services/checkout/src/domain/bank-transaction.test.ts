import { type BankTransaction, judge } from './bank-transaction.ts';

const approved: BankTransaction = {
  transactionId: 'tx',
  status: 'authorized',
  authorizationCode: 'A00001',
  declineReason: '',
  responseCode: '00',
};

test.each(['authorized', 'partially_captured'] as const)('money that is held (%s) is to be captured', (status) => {
  expect(judge({ ...approved, status })).toEqual({ next: 'capture' });
});

test.each(['captured', 'partially_refunded', 'refunded'] as const)('money that was captured (%s) is paid', (status) => {
  expect(judge({ ...approved, status })).toMatchObject({
    next: 'settle',
    settlement: { status: 'paid', transactionId: 'tx', authorizationCode: 'A00001', responseCode: '00' },
  });
});

test('a decline keeps the bank’s reason and response code', () => {
  const declined: BankTransaction = { ...approved, status: 'declined', declineReason: 'wrong_cvv', responseCode: 'N7' };
  expect(judge(declined)).toMatchObject({
    settlement: { status: 'declined', reason: 'wrong_cvv', responseCode: 'N7' },
  });
});

test('a decline that our own cancellation made is a failure, not the card’s fault', () => {
  const late: BankTransaction = { ...approved, status: 'declined', declineReason: 'cancelled_by_merchant' };
  expect(judge(late)).toMatchObject({ settlement: { status: 'failed', reason: 'bank_unreachable' } });
});

test.each([
  ['voided', 'authorization_voided'],
  ['expired', 'authorization_expired'],
] as const)('a hold that is over uncaptured (%s) fails with the reason %s', (status, reason) => {
  expect(judge({ ...approved, status })).toMatchObject({ settlement: { status: 'failed', reason } });
});
