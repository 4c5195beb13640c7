import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { allScopes, customerScopes, merchantScopes, operatorScopes } from '../src/adapters/tokens/scopes.ts';

const audience = 'https://api.ipe.example';

type SigningKey = Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];
type Claims = Record<string, unknown>;
type Signed = { issuer?: string; audience?: string; typ?: string; expiresIn?: string | number; kid?: string };

/** A small issuer: its own key, its JWKS over HTTP, and tokens as auth makes them. */
export class TokenIssuer {
  private constructor(
    private readonly server: Server,
    private readonly keys: { publicJwk: JWK; privateKey: SigningKey },
    readonly port: number,
  ) {}

  /** How often the keys were read. */
  reads = 0;

  static async start(port = 0): Promise<TokenIssuer> {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    const publicJwk = { ...(await exportJWK(publicKey)), kid: 'key-1', alg: 'ES256', use: 'sig' };
    const server = createServer();
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const issuer = new TokenIssuer(server, { publicJwk, privateKey }, (server.address() as AddressInfo).port);
    server.on('request', (request, response) => {
      if (request.url !== '/oidc/jwks') return response.writeHead(404).end();
      issuer.reads += 1;
      return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: [publicJwk] }));
    });
    return issuer;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/oidc`;
  }

  token(claims: Claims, signed: Signed = {}): Promise<string> {
    const { issuer = this.url, expiresIn = '10m', typ = 'at+jwt', kid = 'key-1' } = signed;
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', kid, typ })
      .setIssuer(issuer)
      .setAudience(signed.audience ?? audience)
      .setIssuedAt()
      .setExpirationTime(expiresIn)
      .sign(this.keys.privateKey);
  }

  customer(customerId: string, scope = Object.keys(customerScopes).join(' '), signed?: Signed): Promise<string> {
    return this.token({ sub: customerId, client_id: 'ipe-cli', scope }, signed);
  }

  merchant(merchantId: string, scope = Object.keys(merchantScopes).join(' ')): Promise<string> {
    const clientId = `client-of-${merchantId}`;
    return this.token({ sub: clientId, client_id: clientId, merchant_id: merchantId, scope });
  }

  operator(scope = Object.keys(operatorScopes).join(' ')): Promise<string> {
    return this.token({ sub: 'ipe-operator', client_id: 'ipe-operator', scope });
  }

  /** A token with every scope that there is, of a customer. */
  everything(customerId: string): Promise<string> {
    return this.customer(customerId, Object.keys(allScopes).join(' '));
  }

  async stop(): Promise<void> {
    if (!this.server.listening) return;
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
