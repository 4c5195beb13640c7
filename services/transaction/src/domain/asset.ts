/** What an account is kept in. All amounts are whole numbers of its smallest unit: scale 2 means that 100 are one. */
export type Asset = Readonly<{
  /** ISO 4217 code, or the code of a unit of the bank's own, such as PONTOS. */
  code: string;
  /** Digits behind the decimal point, 0 to 18. */
  scale: number;
}>;

// ISO 4217's currencies in use, by their minor unit. Our own list: Intl knows codes that were withdrawn long ago, and
// tells how amounts are shown (IQD without decimals), not how they are counted. Precious metals, drawing rights and
// test codes have no minor unit there; who keeps gold names the scale himself: XAU/4.
const codesByScale: Readonly<Record<number, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  2: `AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF
    CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF
    IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN
    MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS
    SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW
    ZWG`,
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
};

const currencies = new Map(
  Object.entries(codesByScale).flatMap(([scale, codes]) =>
    codes.split(/\s+/).map((code): [string, Asset] => [code, { code, scale: Number(scale) }]),
  ),
);

const ownUnit = /^([A-Z][A-Z0-9_]{1,15})\/(0|[1-9]|1[0-8])$/;

/** Reads "BRL", or a unit of the bank's own with its scale: "PONTOS/0". Undefined when it is neither. */
export function parseAsset(text: string): Asset | undefined {
  const currency = currencies.get(text);
  if (currency) return currency;
  const [, code, scale] = ownUnit.exec(text) ?? [];
  // A real with four decimals would be taken for a real: who needs one calls it something else.
  if (code === undefined || scale === undefined || currencies.has(code)) return undefined;
  return { code, scale: Number(scale) };
}
