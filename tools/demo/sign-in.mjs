// Signs in as a person does (authorization code with PKCE, through the login page) or as a program (client credentials).
import { createHash, randomBytes } from 'node:crypto';

const redirectUri = 'http://127.0.0.1:8976/callback';
const deadlineMs = 15_000;

export class SignInRefused extends Error {
  name = 'SignInRefused';
}

/** A browser in a few lines: keeps cookies, follows redirects until one leaves for `redirectUri`. */
function browser(issuer) {
  const jar = new Map();
  const go = async (url, form) => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const request = { redirect: 'manual', headers: { cookie }, signal: AbortSignal.timeout(deadlineMs) };
    if (form) Object.assign(request, { method: 'POST', body: new URLSearchParams(form) });
    const answer = await fetch(new URL(url, issuer), request);
    for (const line of answer.headers.getSetCookie()) {
      const pair = line.split(';')[0] ?? '';
      const at = pair.indexOf('=');
      jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return answer;
  };
  return async (url, form) => {
    let answer = await go(url, form);
    for (let hops = 0; hops < 10; hops += 1) {
      const location = answer.headers.get('location');
      if (!location) return { answer };
      const target = new URL(location, answer.url);
      if (target.href.startsWith(redirectUri)) return { callback: target };
      answer = await go(target);
    }
    throw new Error('the sign-in redirects without end');
  };
}

/** Walks the code flow with PKCE; gives the token endpoint's answer. Throws SignInRefused with what the page says. */
export async function signIn({ issuer, email, password, scope }) {
  const verifier = randomBytes(32).toString('base64url');
  const state = randomBytes(16).toString('base64url');
  const query = new URLSearchParams({
    client_id: 'ipe-cli',
    response_type: 'code',
    redirect_uri: redirectUri,
    scope,
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const go = browser(issuer);
  const page = await go(`${issuer}/auth?${query}`);
  if (!page.answer) throw refused(page.callback);
  const html = await page.answer.text();
  const action = /<form[^>]*action="([^"]+)"/.exec(html)?.[1];
  if (!action) throw new Error(`the login page has no form: ${page.answer.status}`);
  const after = await go(new URL(action.replaceAll('&amp;', '&'), page.answer.url), { email, password });
  if (!after.callback) throw new SignInRefused(messageOf(await after.answer.text()));
  const code = after.callback.searchParams.get('code');
  if (!code || after.callback.searchParams.get('state') !== state) throw refused(after.callback);
  return tokenRequest(issuer, {
    grant_type: 'authorization_code',
    client_id: 'ipe-cli',
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
  });
}

/** A token for a program by its own id and secret. */
export function clientCredentials({ issuer, clientId, clientSecret, scope }) {
  const basic = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`).toString('base64');
  return tokenRequest(issuer, { grant_type: 'client_credentials', scope }, { authorization: `Basic ${basic}` });
}

/** Keeps a token until shortly before it ends. */
export function tokenKeeper(fetchToken) {
  let held;
  let until = 0;
  return async () => {
    if (Date.now() < until) return (await held).access_token;
    held = fetchToken();
    until = Number.POSITIVE_INFINITY;
    try {
      until = Date.now() + ((await held).expires_in - 30) * 1000;
    } catch (error) {
      until = 0;
      throw error;
    }
    return (await held).access_token;
  };
}

async function tokenRequest(issuer, form, headers = {}) {
  const request = { method: 'POST', headers, body: new URLSearchParams(form), signal: AbortSignal.timeout(deadlineMs) };
  const answer = await fetch(`${issuer}/token`, request);
  const body = await answer.json();
  if (answer.ok) return body;
  throw new SignInRefused(`${body.error}: ${body.error_description ?? ''}`);
}

function refused(callback) {
  const { searchParams } = callback;
  return new SignInRefused(`${searchParams.get('error')}: ${searchParams.get('error_description') ?? ''}`);
}

function messageOf(html) {
  const alert = /role="alert"[^>]*>([\s\S]*?)<\//.exec(html)?.[1];
  return alert?.replaceAll(/<[^>]+>/g, '').trim() || 'the login page refused, without a message';
}
