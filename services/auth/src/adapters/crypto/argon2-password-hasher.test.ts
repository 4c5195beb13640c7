import { Argon2PasswordHasher } from './argon2-password-hasher.ts';

const hasher = new Argon2PasswordHasher();

test("hashes with argon2id at OWASP's parameters, each time with another salt", async () => {
  const [one, two] = await Promise.all([hasher.hash('uma senha comprida'), hasher.hash('uma senha comprida')]);
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(one).not.toBe(two);
});

test('knows the password again, in whatever form the keyboard wrote its letters', async () => {
  const stored = await hasher.hash('coração de mãe');
  expect(await hasher.verify(stored, 'coração de mãe'.normalize('NFD'))).toBe(true);
  expect(await hasher.verify(stored, 'coracao de mae')).toBe(false);
});

test('without a stored hash it is false, and takes about as long', async () => {
  const stored = await hasher.hash('uma senha comprida');
  const time = async (hash: string | undefined): Promise<number> => {
    const start = performance.now();
    for (let n = 0; n < 5; n += 1) expect(await hasher.verify(hash, 'outra senha')).toBe(false);
    return performance.now() - start;
  };
  await time(stored);
  const [known, unknown] = [await time(stored), await time(undefined)];
  // Wide on purpose: a skipped hash would be a thousand times faster.
  expect(unknown).toBeGreaterThan(known / 10);
});
