// ISO 4217's currencies whose smallest unit is no hundredth. A list of our own: Intl tells how amounts are shown (IQD
// without decimals), not how they are counted.
const unusual: Readonly<Record<number, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
};

const scales = new Map(
  Object.entries(unusual).flatMap(([scale, codes]) =>
    codes.split(' ').map((code): [string, number] => [code, Number(scale)]),
  ),
);

/**
 * How many decimals an amount in the smallest unit of a currency has: 2 for BRL, 0 for JPY, 3 for KWD, and for a unit of
 * the bank's own what it says itself ("PONTOS/0"). Which currencies there are is the ledger's to say: any other is taken
 * for one of hundredths.
 */
export function scaleOf(currency: string): number {
  const own = /\/(\d{1,2})$/.exec(currency)?.[1];
  return own === undefined ? (scales.get(currency) ?? 2) : Number(own);
}

/** An amount in the smallest unit of its currency as REST writes it: 1000 is "10.00" in BRL, "1000" in JPY. */
export function formatAmount(value: bigint, currency: string): string {
  return formatDecimal(value, scaleOf(currency));
}

/** `value` with its last `scale` digits behind the point, exactly. */
export function formatDecimal(value: bigint, scale: number): string {
  const sign = value < 0n ? '-' : '';
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
  const point = digits.length - scale;
  return scale === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}
