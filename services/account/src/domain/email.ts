// What browsers accept in <input type="email">, and at least one dot in the domain.
const shape =
  /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$/;

/** The form under which an e-mail address is unique: without space around, small letters. Undefined when it is none. */
export function foldEmail(text: string): string | undefined {
  const trimmed = text.trim();
  return trimmed.length <= 254 && shape.test(trimmed) ? trimmed.toLowerCase() : undefined;
}
