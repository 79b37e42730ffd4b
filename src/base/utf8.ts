// A text's bytes in UTF-8. Half of a surrogate pair becomes U+FFFD, as Go and browsers write it.
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

/** encodeURIComponent writes each byte of a character that is not plain as %XX. */
const encoded = (text: string): number[] =>
  (encodeURIComponent(text.replace(HALF_PAIR, '\ufffd')).match(/%..|./g) ?? []).map((unit) =>
    unit.length === 3 ? Number.parseInt(unit.slice(1), 16) : unit.charCodeAt(0),
  );
