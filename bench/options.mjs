import { parseArgs } from 'node:util';

export const usage = `usage: npm run bench -- --list | <scenario> [--quick] [--disk] [--kafka] [--rounds N] [--seconds S]
       [--accounts N] [--transfers N] [--checkout DIR] [--profile DIR]
       [--formance URL] [--blnk URL] [--postgres URL]`;

/** Of the command line: { name, options }, or { problem } with what is wrong. */
export function parseOptions(args) {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        list: { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
        disk: { type: 'boolean', default: false },
        kafka: { type: 'boolean', default: false },
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        accounts: { type: 'string' },
        transfers: { type: 'string' },
        checkout: { type: 'string' },
        profile: { type: 'string' },
        formance: { type: 'string' },
        blnk: { type: 'string' },
        postgres: { type: 'string' },
      },
    });
    if (positionals.length > 1) throw new Error(`one scenario at a time, not ${positionals.join(', ')}`);
    const { quick, transfers, ...same } = values;
    return {
      name: positionals[0],
      options: {
        quick,
        ...same,
        // Fewer than three rounds say nothing of their spread.
        rounds: whole('rounds', values.rounds ?? (quick ? 3 : 5), 3),
        seconds: whole('seconds', values.seconds ?? (quick ? 2 : 10), 1),
        warmUpSeconds: quick ? 2 : 8,
        accounts: whole('accounts', values.accounts ?? 1_000, 100),
        large: {
          accounts: whole('accounts', values.accounts ?? (quick ? 20_000 : 1_000_000), 100),
          transfers: whole('transfers', transfers ?? (quick ? 20_000 : 5_000_000), 1),
        },
      },
    };
  } catch (error) {
    return { problem: error.message };
  }
}

function whole(name, text, least) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least) throw new Error(`--${name} must be a whole number from ${least} on`);
  return value;
}
