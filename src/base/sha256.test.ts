import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sha256 } from './sha256';

const hex = (text: string): string => Buffer.from(sha256(text)).toString('hex');

describe('sha256', () => {
  it.each(['', 'abc', 'ns1/svc1:p80tcp', 'ü€😀', ...[55, 56, 63, 64, 65, 119, 120, 200].map((length) => 'a'.repeat(length))])(
    'of %j is what OpenSSL says',
    (text) => expect(hex(text)).toBe(createHash('sha256').update(text).digest('hex')),
  );
});
