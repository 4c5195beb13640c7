// In JSON that is valid, a text before a colon is a key: nothing else need be told apart.
const tokens = /"([^"\\]*(?:\\.[^"\\]*)*)"(\s*:)?|[{}[\],]/g;

/** Where the reader is within an object (the key that is being read) or a list (the index). */
type Place = { keys: Set<string>; at: string } | { keys?: undefined; at: number };

/**
 * The path of the first key that an object of this text names twice, where JSON.parse would silently keep the last one
 * and another program might keep the first. `json` must be valid JSON. Undefined when every key is there once.
 */
export function repeatedKey(json: string): (string | number)[] | undefined {
  const places: Place[] = [];
  for (const [token, text = '', colon] of json.matchAll(tokens)) {
    const here = places.at(-1);
    if (token === '{') places.push({ keys: new Set(), at: '' });
    else if (token === '[') places.push({ at: 0 });
    else if (token === '}' || token === ']') places.pop();
    else if (token === ',') {
      if (here && !here.keys) here.at += 1;
    } else if (colon !== undefined && here?.keys) {
      // The same key may be written in several ways: "a" and "\u0061".
      here.at = text.includes('\\') ? String(JSON.parse(`"${text}"`)) : text;
      if (here.keys.has(here.at)) return places.map(({ at }) => at);
      here.keys.add(here.at);
    }
  }
  return undefined;
}
