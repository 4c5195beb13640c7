import { FixedClock } from '@ipe/testing/fixed-clock';
import { authorization, newUser, password, type RunningAuth, redirectUri, startOwnAuth } from './auth-under-test.ts';
import { Browser, type Page } from './browser.ts';

let auth: RunningAuth;
// The provider's own times are the system's: the test's clock starts there.
const clock = new FixedClock(new Date());

beforeAll(async () => {
  auth = await startOwnAuth(clock);
});
afterAll(() => auth.close());

async function openPage(more: Record<string, string> = {}) {
  const browser = new Browser(auth.origin);
  const address = (await browser.get(authorization(auth, more).url)).location;
  return {
    browser,
    address,
    tell: (email: string, secret: string) => browser.post(address, { email, password: secret }),
  };
}

function visible(page: Page): string {
  // What differs from page to page anyhow: the address that was typed, and the interaction's id.
  return page.html.replace(/value="[^"]*"/g, '').replace(/interaction\/[\w-]+/g, '');
}

test('the page is kept nowhere, framed nowhere, and its form leads to itself and the client only', async () => {
  const { browser, address } = await openPage({ login_hint: 'ana@ipe.example' });
  const page = await browser.get(address);
  expect(page.status).toBe(200);
  expect(page.headers.get('cache-control')).toBe('no-store');
  expect(page.headers.get('x-frame-options')).toBe('DENY');
  expect(page.headers.get('content-security-policy')).toContain(`form-action 'self' ${new URL(redirectUri).origin};`);
  expect(page.html).toContain('value="ana@ipe.example"');
});

test('a wrong password and an unknown e-mail read the same', async () => {
  const { email } = await newUser(auth);
  const [wrong, unknown] = await Promise.all(
    [email, `nobody-${email}`].map(async (address) => (await openPage()).tell(address, 'uma senha errada')),
  );
  expect(wrong?.status).toBe(401);
  expect(wrong?.html).toContain('E-mail ou senha incorretos');
  expect(unknown?.status).toBe(401);
  expect(unknown && visible(unknown)).toBe(wrong && visible(wrong));
});

test('after a wrong password the same page takes the right one', async () => {
  const { email } = await newUser(auth);
  const { tell } = await openPage();
  expect((await tell(email, 'uma senha errada')).status).toBe(401);
  expect((await tell(email.toUpperCase(), password)).status).toBe(303);
});

test('five wrong passwords lock the account for 15 minutes, and then it opens', async () => {
  const { email } = await newUser(auth);
  const { tell } = await openPage();
  for (let n = 0; n < 5; n += 1) expect((await tell(email, 'uma senha errada')).status).toBe(401);
  const locked = await tell(email, password);
  expect(locked.status).toBe(429);
  expect(locked.headers.get('retry-after')).toBe('900');
  expect(locked.html).toContain('Tente de novo em 15 minutos');
  clock.advance(14 * 60_000);
  expect((await (await openPage()).tell(email, password)).html).toContain('em 1 minuto.');
  clock.advance(60_000);
  expect((await (await openPage()).tell(email, password)).status).toBe(303);
});

test('an unknown e-mail is locked the same way', async () => {
  const { tell } = await openPage();
  for (let n = 0; n < 5; n += 1) await tell('nobody@ipe.example', 'uma senha errada');
  expect((await tell('nobody@ipe.example', 'uma senha errada')).status).toBe(429);
});

test('empty and oversized fields are refused on the page, without counting as a try', async () => {
  const { browser, address } = await openPage();
  for (const form of [{}, { email: 'ana@ipe.example' }, { email: 'a@b.c', password: 'x'.repeat(129) }]) {
    const page = await browser.post(address, form as Record<string, string>);
    expect(page.status).toBe(400);
    expect(page.html).toContain('Informe o e-mail e a senha.');
  }
});

test('a page of another browser cannot be used', async () => {
  const { email } = await newUser(auth);
  const { address } = await openPage();
  const stranger = await new Browser(auth.origin).post(address, { email, password });
  expect(stranger.status).toBe(400);
  expect(stranger.html).toContain('Este acesso expirou');
});

test('cancelling goes back to the client, which is told so', async () => {
  const { browser, address } = await openPage();
  const aborted = await browser.post(`${address}/abort`, {});
  const callback = new URL((await browser.get(aborted.location)).location);
  expect(callback.href.startsWith(redirectUri)).toBe(true);
  expect(callback.searchParams.get('error')).toBe('access_denied');
});

test('an oversized form is refused on a page', async () => {
  const { browser, address } = await openPage();
  expect((await browser.post(address, { email: 'x'.repeat(40_000) })).status).toBe(413);
});

test('the metrics count the sign-ins by outcome', async () => {
  const metrics = await (await fetch(`${auth.origin}/metrics`)).text();
  expect(metrics).toMatch(/auth_sign_ins_total\{outcome="wrong_credentials"\} \d+/);
  expect(metrics).toMatch(/auth_sign_ins_total\{outcome="signed_in"\} \d+/);
  expect(metrics).toMatch(/auth_sign_ins_total\{outcome="locked"\} \d+/);
});
