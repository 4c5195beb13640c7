import { asksForThePlatform } from './logging.module.ts';

test.each([{ url: '/', originalUrl: '/health/ready' }, { url: '/metrics' }, { originalUrl: '/health/live?probe=1' }])(
  'a request of the platform itself is not logged: %j',
  (request) => {
    expect(asksForThePlatform(request)).toBe(true);
  },
);

test.each([{ url: '/', originalUrl: '/v1/me' }, { url: '/health' }, {}])('others are: %j', (request) => {
  expect(asksForThePlatform(request)).toBe(false);
});
