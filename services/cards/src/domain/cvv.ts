/** Three digits from a MAC of at least 20 bytes, by the dynamic truncation of RFC 4226. */
export function threeDigits(mac: Uint8Array): string {
  const last = mac[mac.length - 1];
  if (last === undefined || mac.length < 20) throw new Error('a MAC has at least 20 bytes');
  const number = new DataView(mac.buffer, mac.byteOffset + (last & 0x0f), 4).getUint32(0) & 0x7fffffff;
  return String(number % 1000).padStart(3, '0');
}
