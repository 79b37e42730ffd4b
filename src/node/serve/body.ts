// A request's body, bounded.
import type { IncomingMessage } from 'node:http';

export const MOST_BYTES = 3 * 1024 * 1024;

/** Null if there is too much of it. */
export async function readAll(request: IncomingMessage): Promise<Uint8Array | null> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MOST_BYTES) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
}
