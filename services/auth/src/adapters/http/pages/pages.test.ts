import { createHash } from 'node:crypto';
import { errorPage } from './error-page.ts';
import { originOf, pageHeaders } from './layout.ts';
import { signInPage } from './sign-in-page.ts';
import { signedOutPage, signOutPage } from './sign-out-page.ts';

const action = '/interaction/abc';

test('the sign-in page labels its fields, says its language and loads nothing from elsewhere', () => {
  const html = signInPage({ action, email: '' });
  expect(html).toContain('<html lang="pt-BR">');
  expect(html).toContain('<label for="email">E-mail</label>');
  expect(html).toContain('<label for="password">Senha</label>');
  expect(html).toContain(`<form method="post" action="${action}">`);
  expect(html).not.toMatch(/https?:\/\//);
  expect(html).not.toContain('<script');
});

test('what was typed comes back escaped', () => {
  const html = signInPage({ action, email: '"><script>alert(1)</script>', problem: { kind: 'wrong_credentials' } });
  expect(html).not.toContain('<script>');
  expect(html).toContain('value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"');
});

test('a problem is told to screen readers as well, and never whether the account exists', () => {
  const html = signInPage({ action, email: 'ana@ipe.example', problem: { kind: 'wrong_credentials' } });
  expect(html).toContain('role="alert"');
  expect(html).toContain('E-mail ou senha incorretos. Confira e tente de novo.');
});

test('a lock says for how many minutes', () => {
  expect(signInPage({ action, email: 'a@b.c', problem: { kind: 'locked', retryAfterMs: 60_001 } })).toContain(
    '2 minutos',
  );
  expect(signInPage({ action, email: 'a@b.c', problem: { kind: 'locked', retryAfterMs: 60_000 } })).toContain(
    '1 minuto.',
  );
});

test('the policy allows the page its own style and nothing else, and its form to lead to the client', () => {
  const style = /<style>([\s\S]*)<\/style>/.exec(signInPage({ action, email: '' }))?.[1] ?? '';
  const hash = createHash('sha256').update(style).digest('base64');
  const policy = pageHeaders(['http://127.0.0.1:3000'])['content-security-policy'];
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain(`style-src 'sha256-${hash}'`);
  expect(policy).toContain("form-action 'self' http://127.0.0.1:3000;");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(pageHeaders([])['cache-control']).toBe('no-store');
});

test("a form leads to a client's origin only where it has one", () => {
  expect(originOf('https://app.example/callback?x=1')).toEqual(['https://app.example']);
  expect(originOf('com.example.app:/callback')).toEqual([]);
  expect(originOf(undefined)).toEqual([]);
});

test('the error page explains in Portuguese, and keeps the code for developers', () => {
  expect(errorPage('invalid_client', 'client <x> is invalid')).toContain('invalid_client: client &lt;x&gt; is invalid');
  expect(errorPage('invalid_client')).toContain('Aplicativo desconhecido');
  expect(errorPage('something_else')).toContain('Não foi possível continuar');
});

test('the sign-out pages ask, and say goodbye', () => {
  expect(signOutPage('<form id="op.logoutForm"></form>')).toContain('form="op.logoutForm" value="yes" name="logout"');
  expect(signedOutPage()).toContain('Você saiu da sua conta');
});
