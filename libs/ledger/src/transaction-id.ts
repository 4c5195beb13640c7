/** Where a record lies: readable from a transaction's id, so that reading it back is one look into the journal. */
export type Place = Readonly<{
  /** 0 to 1,023. */
  shard: number;
  /** The journal's batch, from 1. */
  sequence: number;
  /** The record in its batch, from 0, below 32,768. */
  index: number;
}>;

// Crockford's base 32 in lower case: no i, l, o or u, and in the order of ASCII, so that ids sort as places do.
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const digits = { shard: 2, sequence: 9, index: 3 } as const;
const shape = /^t[0-9a-hjkmnp-tv-z]{14}$/;

/** "t", then shard, sequence and index in base 32, each of fixed width: 15 characters that sort by place. */
export function transactionId({ shard, sequence, index }: Place): string {
  return `t${base32(shard, digits.shard)}${base32(sequence, digits.sequence)}${base32(index, digits.index)}`;
}

/** The place that an id tells; undefined when it is no id of ours. */
export function placeOf(id: string): Place | undefined {
  if (!shape.test(id)) return undefined;
  const sequenceAt = 1 + digits.shard;
  const indexAt = sequenceAt + digits.sequence;
  return {
    shard: fromBase32(id.slice(1, sequenceAt)),
    sequence: fromBase32(id.slice(sequenceAt, indexAt)),
    index: fromBase32(id.slice(indexAt)),
  };
}

/** A number in so many digits of Crockford's base 32. Throws where it does not fit. */
export function base32(value: number, width: number): string {
  if (!Number.isSafeInteger(value) || value < 0 || value >= 32 ** width) throw new Error(`${value} does not fit`);
  let rest = value;
  let text = '';
  for (let digit = 0; digit < width; digit++) {
    text = alphabet.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

function fromBase32(text: string): number {
  let value = 0;
  for (const digit of text) value = value * 32 + alphabet.indexOf(digit);
  return value;
}
