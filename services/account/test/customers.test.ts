import { status } from '@grpc/grpc-js';
import { uniqueName } from '@ipe/testing/unique-name';
import { cpf } from 'cpf-cnpj-validator';
import { type AccountBank, newCnpj, newWrite, startAccountBank, twentyAtOnce } from './account-bank.ts';

let bank: AccountBank;
beforeAll(async () => {
  bank = await startAccountBank();
});
afterAll(() => bank.stop());

const create = (
  change: Partial<{ caller: string; idempotencyKey: string; name: string; document: string; email: string }>,
) =>
  bank.ask(bank.client.createCustomer, {
    ...newWrite(),
    name: 'Ana Souza',
    document: cpf.generate(),
    email: `${uniqueName('ana')}@example.com`,
    ...change,
  });

test('registers a person, with the document bare and the e-mail address folded', async () => {
  const document = cpf.generate();
  const email = `${uniqueName('Ana')}@Example.com`;
  const { customer } = await create({ document: cpf.format(document), email });
  expect(customer).toMatchObject({ name: 'Ana Souza', document, email: email.toLowerCase() });
  expect(customer?.customerId).toMatch(/^cus_[0-9a-z]{26}$/);
  expect(customer?.createdAt).toBeInstanceOf(Date);
  const read = await bank.ask(bank.client.getCustomer, { customerId: customer?.customerId ?? '' });
  expect(read.customer).toEqual(customer);
});

test('registers a company by the alphanumeric CNPJ of 2026, in small letters and with punctuation', async () => {
  const { customer } = await create({ name: 'Padaria Ipê Ltda', document: '12.abc.345/01de-35' });
  expect(customer?.document).toBe('12ABC34501DE35');
  await expect(create({ document: '12ABC34501DE35' })).rejects.toMatchObject({ reason: 'document_taken' });
});

test('a document belongs to one customer, however it is written', async () => {
  const document = newCnpj();
  await create({ document });
  const again = create({ document: document.toLowerCase() });
  await expect(again).rejects.toMatchObject({ code: status.ALREADY_EXISTS, reason: 'document_taken' });
  await expect(again).rejects.not.toMatchObject({ message: expect.stringContaining(document) });
});

test('an e-mail address belongs to one customer, in capitals too', async () => {
  const email = `${uniqueName('ana')}@example.com`;
  await create({ email });
  const again = create({ email: email.toUpperCase() });
  await expect(again).rejects.toMatchObject({ code: status.ALREADY_EXISTS, reason: 'email_taken' });
});

test('a refused registration leaves nothing behind: its document and address are free', async () => {
  const [document, email] = [cpf.generate(), `${uniqueName('ana')}@example.com`];
  const taken = `${uniqueName('ana')}@example.com`;
  await create({ email: taken });
  await expect(create({ document, email: taken })).rejects.toMatchObject({ reason: 'email_taken' });
  expect((await create({ document, email })).customer?.document).toBe(document);
});

test.each([
  ['document', { document: '52998224726' }, 'document_invalid'],
  ['document', { document: '11111111111' }, 'document_invalid'],
  ['email', { email: 'ana at example.com' }, 'email_invalid'],
  ['name', { name: 'A' }, 'invalid_request'],
  ['name', { name: 'Ana\u0000Souza' }, 'invalid_request'],
  ['name', { name: 'A'.repeat(121) }, 'invalid_request'],
  ['document', { document: '1'.repeat(33) }, 'invalid_request'],
  ['idempotency_key', { idempotencyKey: '' }, 'invalid_request'],
  ['caller', { caller: 'a b' }, 'invalid_request'],
])('refuses a wrong %s: %p', async (field, change, reason) => {
  await expect(create(change)).rejects.toMatchObject({
    code: status.INVALID_ARGUMENT,
    reason,
    violations: [expect.objectContaining({ field })],
  });
});

test('a refusal does not repeat the document', async () => {
  const refusal = await create({ document: '52998224726' }).catch((error: unknown) => error);
  expect(JSON.stringify([refusal, String(refusal)])).not.toContain('52998224726');
});

test('the same key makes one customer, twenty times at once', async () => {
  const [document, email] = [cpf.generate(), `${uniqueName('ana')}@example.com`];
  const write = newWrite();
  expect((await twentyAtOnce(() => create({ ...write, document, email }))).size).toBe(1);
});

test('the same key later gives the first answer, and is refused with another body', async () => {
  const body = { ...newWrite(), document: cpf.generate(), email: `${uniqueName('ana')}@example.com` };
  const first = await create(body);
  expect(await create({ ...body, document: cpf.format(body.document) })).toEqual(first);
  await expect(create({ ...body, name: 'Bia Souza' })).rejects.toMatchObject({
    code: status.ALREADY_EXISTS,
    reason: 'idempotency_key_reused',
  });
});

test('the same key of another caller is another write', async () => {
  const write = newWrite();
  const first = await create(write);
  const second = await create({ ...write, caller: 'backoffice' });
  expect(second.customer?.customerId).not.toBe(first.customer?.customerId);
});

test('one document asked for twenty times at once under different keys is given once', async () => {
  const document = cpf.generate();
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => create({ document })));
  const reasons = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.reason : 'registered'));
  expect(reasons.filter((reason) => reason === 'registered')).toHaveLength(1);
  expect(reasons.filter((reason) => reason === 'document_taken')).toHaveLength(19);
});

test('an unknown customer is not found', async () => {
  const asking = bank.ask(bank.client.getCustomer, { customerId: 'cus_nobody' });
  await expect(asking).rejects.toMatchObject({ code: status.NOT_FOUND, reason: 'customer_not_found' });
});

test('the metrics hold no document', async () => {
  const { customer } = await create({});
  expect(await bank.metrics()).not.toContain(customer?.document);
});
