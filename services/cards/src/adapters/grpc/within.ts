import { Unavailable } from '../../application/ports.ts';

/**
 * The answer, if it is there in time; else it throws Unavailable. What was begun goes on: a wrong CVV is counted
 * although nobody waits for the verdict any more.
 */
export async function within<Answer>(timeoutMs: number, answer: Promise<Answer>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Unavailable('card_state_unknown')), timeoutMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
