// Texts as bytes in UTF-8, and percent-encoded. Half of a surrogate pair becomes U+FFFD, as Go and browsers write it.
const HALF_PAIR = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

export function utf8(text: string): number[] {
  const bytes: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) return encoded(text);
    bytes.push(unit);
  }
  return bytes;
}

const wellFormed = (text: string): string => text.replace(HALF_PAIR, '\ufffd');

/** Every character but A to Z, a to z, 0 to 9 and `-_.~` as the bytes %XX. */
export const percentEncoded = (text: string): string =>
  encodeURIComponent(wellFormed(text)).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/** encodeURIComponent writes each byte of a character that is not plain as %XX. */
const encoded = (text: string): number[] =>
  (encodeURIComponent(wellFormed(text)).match(/%..|./g) ?? []).map((unit) =>
    unit.length === 3 ? Number.parseInt(unit.slice(1), 16) : unit.charCodeAt(0),
  );
