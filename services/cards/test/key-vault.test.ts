import { KMSClient } from '@aws-sdk/client-kms';
import { EnvelopeVault } from '../src/adapters/vault/envelope-vault.ts';
import { KmsDataKeys } from '../src/adapters/vault/kms-data-keys.ts';
import { LocalDataKeys } from '../src/adapters/vault/local-data-keys.ts';
import { type KeyVault, SealBroken, type SealedNumber } from '../src/application/ports.ts';
import { FakeKms } from './fake-kms.ts';

const number = '6505160000000004';
const kms = new FakeKms();
let client: KMSClient;

beforeAll(async () => {
  client = new KMSClient({
    region: 'sa-east-1',
    endpoint: await kms.start(),
    maxAttempts: 1,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
});

afterAll(async () => {
  client.destroy();
  await kms.stop();
});

const vaults: readonly [name: string, make: () => KeyVault][] = [
  ['a local master key', () => new EnvelopeVault(new LocalDataKeys(Buffer.alloc(32, 5)))],
  ['AWS KMS', () => new EnvelopeVault(new KmsDataKeys(client, 'alias/cards'))],
];

/** One bit turned, somewhere in the middle. */
function turned(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const middle = Math.floor(copy.length / 2);
  copy[middle] = (copy[middle] ?? 0) ^ 1;
  return copy;
}

describe.each(vaults)('the vault of %s', (_name, make) => {
  test('opens what it sealed, also in another process’s hands', async () => {
    const sealed = await make().seal(number, 'crd_1');
    await expect(make().open(sealed, 'crd_1')).resolves.toBe(number);
  });

  test('seals the same number differently each time, and never in clear', async () => {
    const vault = make();
    const [first, second] = [await vault.seal(number, 'crd_1'), await vault.seal(number, 'crd_1')];
    expect(Buffer.from(first.ciphertext)).not.toEqual(Buffer.from(second.ciphertext));
    expect(Buffer.from(first.wrappedKey)).not.toEqual(Buffer.from(second.wrappedKey));
    expect(Buffer.concat([first.ciphertext, first.wrappedKey, first.nonce]).includes(number)).toBe(false);
  });

  test.each(['wrappedKey', 'nonce', 'ciphertext'] as const)('refuses a changed %s', async (part) => {
    const sealed = await make().seal(number, 'crd_1');
    const changed: SealedNumber = { ...sealed, [part]: turned(sealed[part]) };
    await expect(make().open(changed, 'crd_1')).rejects.toThrow(SealBroken);
  });

  test('refuses a seal cut short', async () => {
    const sealed = await make().seal(number, 'crd_1');
    const cut = { ...sealed, ciphertext: sealed.ciphertext.subarray(0, 8) };
    await expect(make().open(cut, 'crd_1')).rejects.toThrow(SealBroken);
  });

  test('refuses the seal of another card', async () => {
    const sealed = await make().seal(number, 'crd_1');
    await expect(make().open(sealed, 'crd_2')).rejects.toThrow(SealBroken);
  });
});

test('a local vault with another master key opens nothing', async () => {
  const sealed = await new EnvelopeVault(new LocalDataKeys(Buffer.alloc(32, 5))).seal(number, 'crd_1');
  const other = new EnvelopeVault(new LocalDataKeys(Buffer.alloc(32, 6)));
  await expect(other.open(sealed, 'crd_1')).rejects.toThrow(SealBroken);
});

test('KMS is told the card by its encryption context', async () => {
  kms.calls.length = 0;
  const vault = new EnvelopeVault(new KmsDataKeys(client, 'alias/cards'));
  await vault.open(await vault.seal(number, 'crd_7'), 'crd_7');
  const context = { card_id: 'crd_7' };
  expect(kms.calls).toEqual([
    { operation: 'GenerateDataKey', context },
    { operation: 'Decrypt', context },
  ]);
});

test('a KMS that fails is unavailable, and a wrong key is a mistake of ours', async () => {
  kms.failing = true;
  const vault = new EnvelopeVault(new KmsDataKeys(client, 'alias/cards'));
  await expect(vault.seal(number, 'crd_1')).rejects.toThrow('key_vault_unavailable');
  kms.failing = false;
  const misconfigured = new EnvelopeVault(new KmsDataKeys(client, 'alias/unheard-of'));
  await expect(misconfigured.seal(number, 'crd_1')).rejects.toThrow('no such key');
});
