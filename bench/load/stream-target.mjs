// One bidirectional stream: a window of writes in flight, answered in the order in which they were sent.
import { StreamRequest, StreamResponse } from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { transferRequest } from './ledger-calls.mjs';
import { doneTransaction } from './ledger-targets.mjs';
import { LightLedger } from './light-ledger.mjs';
import { pairs } from './workloads.mjs';

/** A target as the others: the loop's `inFlight` is the window. */
export function streamTarget({ address, run, ...workload }) {
  const ledger = new LightLedger(address);
  const next = pairs(workload);
  const stream = ledger.stream();
  /** Those who wait, oldest first: { resolve, reject, number }. */
  let waiting = [];
  let answered = 0;
  /** While the channel is full: a promise of its draining, and what keeps it. */
  let writable = Promise.resolve();
  let drained = () => {};
  stream.on('drain', () => drained());

  stream.on('data', (answer) => {
    const one = waiting[answered++];
    one?.resolve({ answer, number: one.number });
    if (answered < 10_000) return;
    waiting = waiting.slice(answered);
    answered = 0;
  });
  let ended;
  const end = (error) => {
    ended ??= error;
    for (const one of waiting.slice(answered)) one.reject(ended);
    waiting = [];
    answered = 0;
    drained();
  };
  stream.on('error', end);
  stream.on('end', () => end(new Error('the stream was ended by the service')));

  return {
    operate: async (number) => {
      await writable;
      if (ended) throw ended;
      const write = { transfer: transferRequest(next(), `${run}-${number}`) };
      const answer = new Promise((resolve, reject) => waiting.push({ resolve, reject, number }));
      if (!stream.write(StreamRequest.encode({ number: BigInt(number), write }).finish())) {
        writable = new Promise((resolve) => {
          drained = resolve;
        });
      }
      return answer;
    },
    acknowledged: ({ answer, number }) => {
      const { number: told, result } = StreamResponse.decode(answer);
      if (told !== BigInt(number)) throw new Error(`the stream answered ${told} where ${number} was due`);
      return [doneTransaction(result)];
    },
    close: () => {
      stream.end();
      ledger.close();
    },
  };
}
