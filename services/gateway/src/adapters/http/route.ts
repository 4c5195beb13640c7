import { applyDecorators, Delete, Get, HttpCode, Post, Put, SetMetadata } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum';
import type { z } from 'zod';
import type { Budget } from '../redis/rate-limits.ts';
import type { Scope } from '../tokens/scopes.ts';

export type Answer = { description: string; schema?: z.ZodType; mediaType?: string; headers?: Record<string, string> };

/** All that is known of a route: what guards it and what the OpenAPI document says are the same words. */
export type RouteSpec = {
  summary: string;
  description?: string;
  tag: string;
  /** Public, or any one of these scopes. */
  access: 'public' | readonly [Scope, ...Scope[]];
  /** Absent: the usual one. */
  budget?: Budget;
  /** By status; the first one is the usual success. */
  answers: Readonly<Record<number, Answer>>;
  /** Codes that this route may answer beside those that every route may, by status. */
  problems?: Readonly<Record<number, string>>;
};

export type RouteMethod = 'GET' | 'POST' | 'PUT' | 'DELETE';
export type RouteDefinition = RouteSpec & {
  method: RouteMethod;
  path: string;
  /** False: any query parameter is one too many. */
  takesQuery: boolean;
};

export const routeMetadata = 'ipe:route';
const methods = { GET: Get, POST: Post, PUT: Put, DELETE: Delete };

/** path: as Fastify writes it, `/v1/cards/:cardId`. */
export function Route(method: RouteMethod, path: string, spec: RouteSpec): MethodDecorator {
  const [success = 200] = Object.keys(spec.answers).map(Number);
  return (target, name, descriptor) => {
    // Parameters are decorated before their method is.
    const args: object = Reflect.getMetadata(ROUTE_ARGS_METADATA, target.constructor, name) ?? {};
    const takesQuery = Object.keys(args).some((key) => key.startsWith(`${RouteParamtypes.QUERY}:`));
    const definition: RouteDefinition = { ...spec, method, path, takesQuery };
    applyDecorators(methods[method](path), HttpCode(success), SetMetadata(routeMetadata, definition))(
      target,
      name,
      descriptor,
    );
  };
}

export const isWrite = (method: string): boolean => method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS';
