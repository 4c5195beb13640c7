import { dynamoClient } from '@ipe/dynamodb/client';
import { Readiness } from '@ipe/service-kit/readiness';
import { type DynamicModule, Module } from '@nestjs/common';
import { AesSealer } from './adapters/crypto/aes-sealer.ts';
import { Argon2PasswordHasher } from './adapters/crypto/argon2-password-hasher.ts';
import { Es256KeyMaker } from './adapters/crypto/es256-key-maker.ts';
import { HmacClientSecrets } from './adapters/crypto/hmac-client-secrets.ts';
import { KeyedFingerprints } from './adapters/crypto/keyed-fingerprints.ts';
import { AuthTable } from './adapters/dynamodb/auth-table.ts';
import { DynamoMerchantClients } from './adapters/dynamodb/dynamo-merchant-clients.ts';
import { DynamoSignInTries } from './adapters/dynamodb/dynamo-sign-in-tries.ts';
import { DynamoSigningKeys } from './adapters/dynamodb/dynamo-signing-keys.ts';
import { DynamoUsers } from './adapters/dynamodb/dynamo-users.ts';
import { AuthController } from './adapters/grpc/auth.controller.ts';
import { InteractionController } from './adapters/http/interaction.controller.ts';
import { KeyRotation } from './adapters/oidc/key-rotation.ts';
import { OidcHost } from './adapters/oidc/oidc-host.ts';
import { idTokenTtlS } from './adapters/oidc/oidc-provider.ts';
import { OidcStore } from './adapters/oidc/oidc-store.ts';
import { CreateClient } from './application/create-client.ts';
import { CreateUser } from './application/create-user.ts';
import {
  ClientSecrets,
  Clock,
  Fingerprints,
  MerchantClients,
  PasswordHasher,
  SignInTries,
  SigningKeyMaker,
  SigningKeys,
  Users,
} from './application/ports.ts';
import { RotateSigningKeys } from './application/rotate-signing-keys.ts';
import { SignIn } from './application/sign-in.ts';
import type { Config } from './config.ts';
import type { KeyScheduleRules } from './domain/key-schedule.ts';

@Module({})
export class AuthModule {
  static with(config: Config, clock: Clock): DynamicModule {
    const table = new AuthTable(dynamoClient(config), `${config.TABLE_PREFIX}auth`);
    const sealer = new AesSealer(config.KEY_SEALING_KEY);
    const settings = {
      issuer: config.ISSUER,
      cookieKeys: config.COOKIE_KEYS,
      accessTokenTtlS: config.ACCESS_TOKEN_TTL_SECONDS,
      redirectUris: config.REDIRECT_URIS,
      operatorSecret: config.OPERATOR_CLIENT_SECRET,
    };
    const refreshMs = config.SIGNING_KEY_REFRESH_SECONDS * 1000;
    return {
      module: AuthModule,
      controllers: [AuthController, InteractionController],
      providers: [
        { provide: Clock, useValue: clock },
        { provide: Users, useFactory: () => new DynamoUsers(table) },
        { provide: SignInTries, useFactory: () => new DynamoSignInTries(table) },
        { provide: MerchantClients, useFactory: () => new DynamoMerchantClients(table) },
        { provide: SigningKeys, useFactory: () => new DynamoSigningKeys(table, sealer) },
        { provide: PasswordHasher, useClass: Argon2PasswordHasher },
        { provide: SigningKeyMaker, useClass: Es256KeyMaker },
        { provide: ClientSecrets, useFactory: () => new HmacClientSecrets(config.CLIENT_SECRET_KEY) },
        { provide: Fingerprints, useFactory: () => new KeyedFingerprints(config.CLIENT_SECRET_KEY) },
        {
          provide: CreateUser,
          inject: [Users, PasswordHasher, Fingerprints],
          useFactory: (users: Users, hasher: PasswordHasher, fingerprints: Fingerprints) =>
            new CreateUser(users, hasher, fingerprints),
        },
        {
          provide: CreateClient,
          inject: [MerchantClients, ClientSecrets, Fingerprints],
          useFactory: (clients: MerchantClients, secrets: ClientSecrets, fingerprints: Fingerprints) =>
            new CreateClient(clients, secrets, fingerprints),
        },
        {
          provide: SignIn,
          inject: [Users, SignInTries, PasswordHasher],
          useFactory: (users: Users, tries: SignInTries, hasher: PasswordHasher) =>
            new SignIn(users, tries, hasher, clock),
        },
        {
          provide: RotateSigningKeys,
          inject: [SigningKeys, SigningKeyMaker],
          useFactory: (keys: SigningKeys, maker: SigningKeyMaker) =>
            new RotateSigningKeys(keys, maker, clock, keyScheduleRules(config)),
        },
        {
          provide: OidcHost,
          inject: [Users, MerchantClients],
          useFactory: (users: Users, clients: MerchantClients) =>
            new OidcHost(settings, users, clients, new OidcStore(table, sealer, clock)),
        },
        {
          provide: KeyRotation,
          inject: [RotateSigningKeys, OidcHost, Readiness],
          useFactory: (rotate: RotateSigningKeys, host: OidcHost, readiness: Readiness) =>
            new KeyRotation(table, rotate, host, readiness, refreshMs),
        },
      ],
    };
  }
}

function keyScheduleRules(config: Config): KeyScheduleRules {
  const longestTokenS = Math.max(config.ACCESS_TOKEN_TTL_SECONDS, idTokenTtlS);
  return {
    lifetimeMs: config.SIGNING_KEY_LIFETIME_SECONDS * 1000,
    leadMs: config.SIGNING_KEY_LEAD_SECONDS * 1000,
    // A replica changes over one refresh later than another; a minute for clocks that differ.
    keepMs: (longestTokenS + config.SIGNING_KEY_REFRESH_SECONDS + 60) * 1000,
  };
}
