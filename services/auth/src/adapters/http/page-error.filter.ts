import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { errors } from 'oidc-provider';
import { errorPage } from './pages/error-page.ts';
import { pageHeaders } from './pages/layout.ts';

/** What goes wrong on a page is told on a page; a bug tells nothing about itself. */
@Catch()
export class PageErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger(PageErrorFilter.name);

  async catch(error: unknown, host: ArgumentsHost): Promise<void> {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const { status, html } = this.toPage(error);
    await reply.status(status).headers(pageHeaders([])).send(html);
  }

  private toPage(error: unknown): { status: number; html: string } {
    if (error instanceof errors.SessionNotFound) return { status: 400, html: errorPage('session_not_found') };
    if (error instanceof HttpException && error.getStatus() < 500) {
      return { status: error.getStatus(), html: errorPage('invalid_request') };
    }
    this.logger.error(error);
    return { status: error instanceof HttpException ? error.getStatus() : 500, html: errorPage('server_error') };
  }
}
