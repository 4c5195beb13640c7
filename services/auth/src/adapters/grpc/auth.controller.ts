import type {
  CreateClientRequest,
  CreateClientResponse,
  CreateUserRequest,
  CreateUserResponse,
} from '@ipe/contracts/gen/bank/auth/v1/auth';
import { caller, entityId, idempotencyKey, parseRequest } from '@ipe/service-kit/grpc-request';
import { Controller, Inject } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import { z } from 'zod';
import { CreateClient } from '../../application/create-client.ts';
import { CreateUser } from '../../application/create-user.ts';
import { merchantScopes, scopesOutside, splitScope } from '../../domain/scopes.ts';
import { toGrpcRefusal } from './refusal-map.ts';

const createUser = z.object({
  caller,
  idempotencyKey,
  userId: entityId,
  email: z.email('must be an e-mail address').max(254, 'must have at most 254 characters'),
  password: z
    .string()
    .min(10, 'must have at least 10 characters')
    .max(128, 'must have at most 128 characters')
    .refine((text) => text.trim() !== '', 'must not be blank'),
});

const createClient = z.object({
  caller,
  idempotencyKey,
  merchantId: entityId,
  scope: z
    .string()
    .max(500, 'must have at most 500 characters')
    .refine((scope) => splitScope(scope).length > 0, 'must name at least one scope')
    .refine(
      (scope) => scopesOutside(scope, merchantScopes).length === 0,
      `must hold no other scopes than ${merchantScopes.join(' ')}`,
    ),
});

@Controller()
export class AuthController {
  constructor(
    @Inject(CreateUser) private readonly createUserUseCase: CreateUser,
    @Inject(CreateClient) private readonly createClientUseCase: CreateClient,
  ) {}

  @GrpcMethod('AuthService', 'CreateUser')
  async createUser(request: CreateUserRequest): Promise<CreateUserResponse> {
    const { caller, idempotencyKey: key, ...user } = parseRequest(createUser, request);
    const outcome = await this.createUserUseCase.execute({ write: { caller, key }, ...user });
    if (outcome.kind === 'refused') throw toGrpcRefusal(outcome.refusal);
    return { userId: outcome.userId };
  }

  @GrpcMethod('AuthService', 'CreateClient')
  async createClient(request: CreateClientRequest): Promise<CreateClientResponse> {
    const { caller, idempotencyKey: key, ...client } = parseRequest(createClient, request);
    const outcome = await this.createClientUseCase.execute({ write: { caller, key }, ...client });
    if (outcome.kind === 'refused') throw toGrpcRefusal(outcome.refusal);
    return { clientId: outcome.clientId, clientSecret: outcome.clientSecret };
  }
}
