/** Secrets that must never be written anywhere: known here by value, masked in every text that goes out. */

/** Shorter values stay: they'd be found in ordinary words (`ollama` is a common stand-in for a key). */
const LENGTH_MIN = 8;
const MASK = '****';
const known = new Set<string>();
let forms: readonly string[] = [];

/** Remembers secret values for {@link hideSecrets}, for the life of the process. */
export function keepSecrets(values: Iterable<string>): void {
  for (const value of values) if (value.length >= LENGTH_MIN) known.add(value);
  // Longest first: a form that holds another is masked whole.
  forms = [...new Set([...known].flatMap(formsOf))].sort((a, b) => b.length - a.length);
}

/** The text with every known secret masked: as it is, JSON-escaped, URL-encoded, in hex, and in base64, alone or within more. */
export function hideSecrets(text: string): string {
  let hidden = text;
  for (const form of forms) if (hidden.includes(form)) hidden = hidden.replaceAll(form, MASK);
  return hidden;
}

function formsOf(secret: string): string[] {
  const urlEncoded = encodeURIComponent(secret);
  const hex = Buffer.from(secret).toString('hex');
  const base64 = [0, 1, 2].flatMap((before) => {
    const inner = base64Within(secret, before);
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });
  const escaped = inJson(secret);
  // Twice: JSON quoted within JSON.
  const plain = [secret, escaped, inJson(escaped), urlEncoded, urlEncoded.replaceAll('%20', '+'), hex, hex.toUpperCase()];
  return [...plain, ...base64, ...base64.map(encodeURIComponent)];
}

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

/** The base64 characters that the secret alone decides when `before` (mod 3) bytes stand before it and anything after. */
function base64Within(secret: string, before: number): string {
  const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
  const first = Math.ceil((before * 8) / 6);
  return bytes.toString('base64').slice(first, Math.floor((bytes.length * 8) / 6));
}
