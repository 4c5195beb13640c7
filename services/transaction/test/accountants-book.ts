// The ledger as somebody would keep it with pencil and paper: naive on purpose, and nothing of it shared with the
// service. Amounts in cents. What is asked comes in as plain data, what comes of it goes out as plain data.

export type Asked = Readonly<
  | { do: 'transfer'; from: string; to: string; amount: bigint }
  | { do: 'hold'; from: string; to: string; amount: bigint }
  | { do: 'increment'; of: string; amount: bigint }
  | { do: 'capture'; of: string; amount: bigint; final: boolean }
  | { do: 'void'; of: string }
  | { do: 'refund'; of: string; amount: bigint }
  | { do: 'reverse'; of: string; amount: bigint }
  | { do: 'limit'; account: string; limit: bigint }
  | { do: 'freeze'; account: string; frozen: boolean }
>;

/** What an account tells: posted, held, limit. */
export type Line = { posted: bigint; held: bigint; limit: bigint; frozen: boolean };

/** A movement by the key under which it was asked for: that is how the book names it. */
type Movement = {
  kind: 'transfer' | 'hold' | 'reversal';
  from: string;
  to: string;
  amount: bigint;
  held: bigint;
  captured: bigint;
  refunded: bigint;
  reversed: bigint;
};

export type Told = Readonly<{ refused: string } | Omit<Movement, 'kind'> | Line>;

type First = Readonly<{ asked: string; told: Told }>;

export class AccountantsBook {
  readonly accounts = new Map<string, Line>();
  readonly movements = new Map<string, Movement>();
  private readonly answers = new Map<string, First>();

  open(account: string, limit: bigint): void {
    this.accounts.set(account, { posted: 0n, held: 0n, limit, frozen: false });
  }

  /** A page that can be written on without harm to this one. */
  copy(): AccountantsBook {
    const copy = new AccountantsBook();
    for (const [id, line] of this.accounts) copy.accounts.set(id, { ...line });
    for (const [key, movement] of this.movements) copy.movements.set(key, { ...movement });
    for (const [key, first] of this.answers) copy.answers.set(key, first);
    return copy;
  }

  /** The same key: the first answer again, or, asked otherwise, a refusal. A refusal leaves the key free. */
  ask(key: string, asked: Asked): Told {
    const text = textOf(asked);
    const first = this.answers.get(key);
    if (first) return first.asked === text ? first.told : { refused: 'idempotency_key_reused' };
    const told = this.write(key, asked);
    if (!('refused' in told)) this.answers.set(key, { asked: text, told });
    return told;
  }

  private write(key: string, asked: Asked): Told {
    switch (asked.do) {
      case 'transfer':
      case 'hold':
        return this.move(key, asked);
      case 'limit':
      case 'freeze':
        return this.change(asked);
      case 'reverse':
        return this.reverse(key, asked);
      default:
        return this.handle(asked);
    }
  }

  private move(key: string, { do: kind, from, to, amount }: Extract<Asked, { do: 'transfer' | 'hold' }>): Told {
    const giver = this.line(from);
    if (giver.frozen) return { refused: 'account_frozen' };
    if (free(giver) < amount) return { refused: 'insufficient_funds' };
    if (kind === 'transfer') this.give(from, to, amount);
    else giver.held += amount;
    const held = kind === 'hold' ? amount : 0n;
    return this.note(key, { kind, from, to, amount, held, captured: 0n, refunded: 0n, reversed: 0n });
  }

  private handle(asked: Extract<Asked, { of: string }>): Told {
    const movement = this.movements.get(asked.of);
    if (!movement) return { refused: 'transaction_not_found' };
    if (movement.kind !== 'hold') return { refused: 'not_a_purchase' };
    const payer = this.line(movement.from);
    const shop = this.line(movement.to);
    if (asked.do === 'refund') {
      const left = movement.captured - movement.refunded;
      if (left === 0n) return { refused: 'nothing_to_refund' };
      const back = asked.amount || left;
      if (back > left) return { refused: 'amount_exceeds_captured' };
      if (shop.frozen) return { refused: 'account_frozen' };
      if (free(shop) < back) return { refused: 'insufficient_funds' };
      this.give(movement.to, movement.from, back);
      movement.refunded += back;
      return told(movement);
    }
    if (movement.held === 0n) return { refused: 'nothing_held' };
    if (asked.do === 'increment') {
      if (payer.frozen) return { refused: 'account_frozen' };
      if (free(payer) < asked.amount) return { refused: 'insufficient_funds' };
      movement.amount += asked.amount;
      movement.held += asked.amount;
      payer.held += asked.amount;
    } else if (asked.do === 'capture') {
      const taken = asked.amount || movement.held;
      if (taken > movement.held) return { refused: 'amount_exceeds_held' };
      const gone = asked.final ? movement.held : taken;
      movement.held -= gone;
      payer.held -= gone;
      movement.captured += taken;
      this.give(movement.from, movement.to, taken);
    } else {
      payer.held -= movement.held;
      movement.held = 0n;
    }
    return told(movement);
  }

  private reverse(key: string, { of, amount }: Extract<Asked, { do: 'reverse' }>): Told {
    const original = this.movements.get(of);
    if (!original) return { refused: 'transaction_not_found' };
    if (original.kind !== 'transfer') return { refused: 'not_a_transfer' };
    const left = original.amount - original.reversed;
    if (left === 0n) return { refused: 'already_reversed' };
    const back = amount || left;
    if (back > left) return { refused: 'amount_exceeds_original' };
    const giver = this.line(original.to);
    if (giver.frozen) return { refused: 'account_frozen' };
    if (free(giver) < back) return { refused: 'insufficient_funds' };
    this.give(original.to, original.from, back);
    original.reversed += back;
    const { to: from, from: to } = original;
    return this.note(key, {
      kind: 'reversal',
      from,
      to,
      amount: back,
      held: 0n,
      captured: 0n,
      refunded: 0n,
      reversed: 0n,
    });
  }

  private change(asked: Extract<Asked, { account: string }>): Told {
    const line = this.line(asked.account);
    if (asked.do === 'freeze') line.frozen = asked.frozen;
    else if (line.posted - line.held + asked.limit < 0n) return { refused: 'limit_in_use' };
    else line.limit = asked.limit;
    return { ...line };
  }

  private give(from: string, to: string, amount: bigint): void {
    this.line(from).posted -= amount;
    this.line(to).posted += amount;
  }

  private note(key: string, movement: Movement): Told {
    this.movements.set(key, movement);
    return told(movement);
  }

  private line(account: string): Line {
    const line = this.accounts.get(account);
    if (!line) throw new Error(`the book has no account ${account}`);
    return line;
  }
}

/** What may still be given. */
export function free({ posted, held, limit }: Line): bigint {
  return posted - held + limit;
}

function told({ kind: _kind, ...movement }: Movement): Told {
  return movement;
}

function textOf(asked: Asked): string {
  return JSON.stringify(asked, (_name, value) => (typeof value === 'bigint' ? String(value) : value));
}
