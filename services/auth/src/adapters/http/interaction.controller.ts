import { Body, Controller, Get, Inject, Param, Post, Req, Res, UseFilters } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errors } from 'oidc-provider';
import { z } from 'zod';
import { SignIn, type SignInOutcome } from '../../application/sign-in.ts';
import { signIns } from '../metrics/auth-metrics.ts';
import { OidcHost } from '../oidc/oidc-host.ts';
import { PageErrorFilter } from './page-error.filter.ts';
import { originOf, pageHeaders } from './pages/layout.ts';
import { type SignInProblem, signInPage } from './pages/sign-in-page.ts';

// Upper bounds only: whether a password is a good one is not this page's question.
const credentials = z.object({ email: z.string().trim().min(1).max(254), password: z.string().min(1).max(128) });

type Interaction = Awaited<ReturnType<OidcHost['provider']['interactionDetails']>>;

/**
 * The sign-in page. An interaction belongs to the browser that holds its cookie (HttpOnly, SameSite=Lax, its path
 * alone), so another site's form cannot reach it.
 */
@Controller('interaction')
@UseFilters(PageErrorFilter)
export class InteractionController {
  constructor(
    @Inject(OidcHost) private readonly host: OidcHost,
    @Inject(SignIn) private readonly signIn: SignIn,
  ) {}

  @Get(':uid')
  async show(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('uid') uid: string): Promise<void> {
    const interaction = await this.interaction(request, reply, uid);
    const hint = interaction.params['login_hint'];
    await render(reply, interaction, 200, typeof hint === 'string' ? hint : '');
  }

  @Post(':uid')
  async submit(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('uid') uid: string,
    @Body() body: unknown,
  ): Promise<void> {
    const interaction = await this.interaction(request, reply, uid);
    const typed = credentials.safeParse(body);
    if (!typed.success) {
      await render(reply, interaction, 400, emailOf(body), { kind: 'missing_fields' });
      return;
    }
    const outcome = await this.signIn.execute(typed.data);
    signIns.inc({ outcome: outcome.kind === 'signed_in' ? outcome.kind : outcome.refusal });
    if (outcome.kind === 'refused') {
      await refuse(reply, interaction, typed.data.email, outcome);
      return;
    }
    await this.finish(request, reply, { login: { accountId: outcome.userId, amr: ['pwd'] } });
  }

  @Post(':uid/abort')
  async abort(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('uid') uid: string): Promise<void> {
    await this.interaction(request, reply, uid);
    await this.finish(request, reply, { error: 'access_denied', error_description: 'the person did not sign in' });
  }

  private async interaction(request: FastifyRequest, reply: FastifyReply, uid: string): Promise<Interaction> {
    const interaction = await this.host.provider.interactionDetails(request.raw, reply.raw);
    if (interaction.uid !== uid) throw new errors.SessionNotFound('interaction and cookie do not match');
    return interaction;
  }

  private async finish(
    request: FastifyRequest,
    reply: FastifyReply,
    result: Parameters<OidcHost['provider']['interactionResult']>[2],
  ): Promise<void> {
    const returnTo = await this.host.provider.interactionResult(request.raw, reply.raw, result, {
      mergeWithLastSubmission: false,
    });
    await reply.headers({ 'cache-control': 'no-store' }).redirect(returnTo, 303);
  }
}

async function refuse(
  reply: FastifyReply,
  interaction: Interaction,
  email: string,
  outcome: Extract<SignInOutcome, { kind: 'refused' }>,
): Promise<void> {
  switch (outcome.refusal) {
    case 'wrong_credentials':
      return render(reply, interaction, 401, email, { kind: 'wrong_credentials' });
    case 'locked': {
      const { retryAfterMs } = outcome;
      reply.header('retry-after', Math.ceil(retryAfterMs / 1000));
      return render(reply, interaction, 429, email, { kind: 'locked', retryAfterMs });
    }
  }
}

async function render(
  reply: FastifyReply,
  { uid, params }: Interaction,
  status: number,
  email: string,
  problem?: SignInProblem,
): Promise<void> {
  const html = signInPage({ action: `/interaction/${uid}`, email, ...(problem ? { problem } : {}) });
  await reply
    .status(status)
    .headers(pageHeaders(originOf(params['redirect_uri'])))
    .send(html);
}

function emailOf(body: unknown): string {
  const typed = z.object({ email: z.string().max(254) }).safeParse(body);
  return typed.success ? typed.data.email : '';
}
