// The public API as a program calls it: JSON, a deadline, an idempotency key on every write, problems as errors.
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';

const deadlineMs = 15_000;

/** A problem+json answer. `status` and `code` are for programs, the message is for people. */
class ApiProblem extends Error {
  constructor(request, status, body) {
    const fields = (body.errors ?? []).map(({ field, rule }) => `${field} ${rule}`).join('; ');
    super(`${request}: ${status} ${body.code ?? ''} ${body.detail ?? body.title ?? ''} ${fields}`.trim());
    this.status = status;
    this.code = body.code;
    this.body = body;
  }
}

/** token: absent for public routes. Waits and tries again when told to (429, 503 with Retry-After), at most six times. */
export function apiClient(gateway, token) {
  async function send(method, path, { body, key, accept = [] } = {}) {
    const headers = {
      ...(token ? { authorization: `Bearer ${await token()}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(method === 'GET' ? {} : { 'idempotency-key': key ?? randomUUID() }),
    };
    const request = { method, headers, signal: AbortSignal.timeout(deadlineMs) };
    if (body !== undefined) request.body = JSON.stringify(body);
    const answer = await fetch(new URL(path, gateway), request);
    const text = await answer.text();
    const data = text ? JSON.parse(text) : undefined;
    if (answer.ok || accept.includes(answer.status)) return { status: answer.status, data };
    throw Object.assign(new ApiProblem(`${method} ${path}`, answer.status, data ?? {}), {
      retryAfterMs: Number(answer.headers.get('retry-after') ?? 0) * 1000,
    });
  }

  async function patiently(method, path, options) {
    const key = options?.key ?? randomUUID();
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await send(method, path, { ...options, key });
      } catch (error) {
        const again = [429, 503].includes(error.status) || error.name === 'TypeError' || error.name === 'TimeoutError';
        if (!again || attempt === 6) throw error;
        await wait(Math.max(error.retryAfterMs ?? 0, 100 * 2 ** attempt));
      }
    }
  }

  return {
    get: async (path) => (await patiently('GET', path)).data,
    post: async (path, body, key) => (await patiently('POST', path, { body, key })).data,
    put: async (path, body, key) => (await patiently('PUT', path, { body, key })).data,
    /** The answer with its status; the statuses in `accept` are answers too. */
    try: (method, path, body, key, accept) => patiently(method, path, { body, key, accept }),
    /** Every item of a paged list. */
    async all(path) {
      const items = [];
      for (let cursor = ''; ; ) {
        const url = `${path}${path.includes('?') ? '&' : '?'}limit=100${cursor ? `&cursor=${cursor}` : ''}`;
        const page = await this.get(url);
        items.push(...page.data);
        if (!page.nextCursor) return items;
        cursor = page.nextCursor;
      }
    },
  };
}
