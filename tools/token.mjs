// Prints an access token, for curl: npm run --silent token -- <who> [--password X] [--scope "a b"].
// People's tokens come from really walking authorization code + PKCE through the sign-in page; the operator's and the
// merchants' from client credentials. Only the token goes to stdout.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { clientCredentials, SignInRefused, signIn } from './demo/sign-in.mjs';
import { developmentRun, operator, platformAddresses } from './topology.mjs';

const scopes = {
  customer:
    'openid accounts:read accounts:write cards:read cards:write orders:read orders:write statement:read transfers:write profile',
  merchant: 'products:write payments:read refunds:write orders:read merchant:read',
  operator: 'merchants:write customers:read limits:write accounts:admin cards:admin deposits:write transactions:read',
};
const usage = `npm run --silent token -- <who> [--password X] [--scope "a b"]
  <who>   a demo customer (ana), any customer's e-mail with --password, a demo merchant (livraria), or operator
  ISSUER  in the environment: another issuer than ${platformAddresses().issuer}`;

/** What the person at the keyboard can do something about. */
class Explained extends Error {}

const demoBank = read(new URL('demo-bank.json', import.meta.url)) ?? { customers: [] };
// Written by npm start, once the merchants have their clients.
const registered = read(join(developmentRun.runDir, 'demo-bank.json')) ?? { merchants: [] };
const issuer = process.env.ISSUER ?? platformAddresses().issuer;

try {
  const asked = readArguments();
  console.log(asked.help ? usage : await tokenFor(asked));
} catch (error) {
  if (!(error instanceof Explained)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { password: { type: 'string' }, scope: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help) return { help: true };
    if (positionals.length === 1) return { who: positionals[0], ...values };
  } catch (error) {
    throw new Explained(`${error.message}\n${usage}`);
  }
  throw new Explained(usage);
}

async function tokenFor({ who, password, scope }) {
  try {
    const { access_token } = await ask({ who, password, scope });
    return access_token;
  } catch (error) {
    if (error instanceof SignInRefused) throw new Explained(`${who} got no token: ${error.message}`);
    if (!unreachable(error)) throw error;
    throw new Explained(`nothing answers at ${issuer}: start the platform with npm start, and ask again when it is up`);
  }
}

function ask({ who, password, scope }) {
  const same = (name) => name?.toLowerCase() === who.toLowerCase();
  if (same(operator.clientId)) {
    return clientCredentials({ issuer, ...operator, scope: scope ?? scopes.operator });
  }
  const shop = registered.merchants.find(({ alias, name, merchantId }) => [alias, name, merchantId].some(same));
  if (shop) {
    const { clientId, clientSecret } = shop;
    return clientCredentials({ issuer, clientId, clientSecret, scope: scope ?? scopes.merchant });
  }
  const person = demoBank.customers.find(({ alias, name, email }) => [alias, name, email].some(same));
  const email = person?.email ?? (who.includes('@') ? who : undefined);
  if (email === undefined) throw new Explained(`nobody is called ${who}. Known: ${known().join(', ')}\n${usage}`);
  const secret = password ?? person?.password;
  if (secret === undefined) throw new Explained(`${email} is not of the demo bank: say --password as well`);
  return signIn({ issuer, email, password: secret, scope: scope ?? scopes.customer });
}

function known() {
  const people = demoBank.customers.map(({ alias }) => alias);
  return [...people, ...registered.merchants.map(({ alias }) => alias), operator.clientId];
}

function unreachable(error) {
  return error?.name === 'TimeoutError' || (error instanceof TypeError && error.message === 'fetch failed');
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}
