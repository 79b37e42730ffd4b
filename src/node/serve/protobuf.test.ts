import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isObject, type Json, type JsonObject } from '../../base/json';
import { decodeProtobuf } from './protobuf';
import { envelope, field, text, varint } from './testing/protobuf-bytes';

const FILE = new URL('../../../../shared/vectors/kubectl-requests.json', import.meta.url);

describe('an object as protobuf', () => {
  it('is the same object as JSON: maps, bytes, times, numbers', () => {
    const metadata = field(1, [
      ...text(1, 'a'),
      ...field(11, [...text(1, 'k'), ...text(2, 'v')]),
      ...field(8, [0x08, ...varint(1_767_225_600)]),
    ]);
    expect(decodeProtobuf(envelope('v1', 'Secret', [...metadata, ...field(2, [...text(1, 'x'), ...text(2, 'hi')]), 0x28, 1]))).toEqual({
      ok: true,
      value: {
        kind: 'Secret',
        apiVersion: 'v1',
        metadata: { name: 'a', labels: { k: 'v' }, creationTimestamp: '2026-01-01T00:00:00Z' },
        data: { x: 'aGk=' },
        immutable: true,
      },
    });
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['without its four bytes', Uint8Array.from([1, 2, 3]), /expected prefix/],
    ['cut short', envelope('v1', 'Secret', text(1, 'a')).subarray(0, 20), /unexpected EOF/],
    ['of a kind that nobody knows', envelope('v1', 'Unicorn', []), /no kind "Unicorn"/],
    ['of a kind that every object has', envelope('v1', 'constructor', []), /no kind "constructor"/],
  ])('%s is refused', (_, bytes, why) => {
    const read = decodeProtobuf(bytes);
    expect(read.ok ? '' : read.error).toMatch(why);
  });
});

describe.skipIf(!existsSync(FILE))('bodies of the real kubectl (skipped: no ../shared/vectors)', () => {
  interface Recorded {
    readonly id: string;
    readonly exchanges?: readonly { readonly request: { readonly body?: JsonObject; readonly bodyProtobufBase64?: string } }[];
  }
  const { cases } = existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as { readonly cases: readonly Recorded[] }) : { cases: [] };
  const bodies = cases.flatMap(({ id, exchanges = [] }) =>
    exchanges.flatMap(({ request: { body, bodyProtobufBase64 } }) =>
      body === undefined || bodyProtobufBase64 === undefined || JSON.stringify(body).includes('<RAND')
        ? []
        : [[id, bodyProtobufBase64, body] as const],
    ),
  );

  it('are many', () => expect(bodies.length).toBeGreaterThan(20));

  it.each(bodies)('%s', (_, base64, body) => {
    const read = decodeProtobuf(Buffer.from(base64, 'base64'));
    expect(read.ok ? withoutZeros(read.value) : read.error).toEqual(withoutZeros(body));
  });
});

/** Protobuf writes zero values that JSON leaves out. */
function withoutZeros(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutZeros);
  if (!isObject(value)) return value;
  const members = Object.entries(value).map(([name, member]) => [name, member === undefined ? null : withoutZeros(member)] as const);
  const isZero = (member: Json): boolean => !member || (isObject(member) && Object.keys(member).length === 0);
  return Object.fromEntries(members.filter(([, member]) => !isZero(member)));
}
