import { Counter } from 'prom-client';

export const signIns = new Counter({
  name: 'auth_sign_ins_total',
  help: 'Passwords tried, by outcome.',
  labelNames: ['outcome'] as const,
});

export const tokensIssued = new Counter({
  name: 'auth_tokens_issued_total',
  help: 'Answers of the token endpoint with an access token, by grant type.',
  labelNames: ['grant'] as const,
});

export const tokensRefused = new Counter({
  name: 'auth_tokens_refused_total',
  help: 'Refusals of the token endpoint, by OAuth error code.',
  labelNames: ['error'] as const,
});
