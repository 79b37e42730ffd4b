// Protobuf written by hand, for tests: fields with a length below 128.
export const varint = (value: number): number[] => (value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))]);

/** A field with a length: its tag, its length, its bytes. */
export const field = (number: number, bytes: readonly number[]): number[] => [(number << 3) | 2, bytes.length, ...bytes];
export const text = (number: number, value: string): number[] => field(number, [...Buffer.from(value)]);

/** As kubectl sends an object. */
export const envelope = (apiVersion: string, kind: string, object: readonly number[]): Uint8Array =>
  Uint8Array.from([0x6b, 0x38, 0x73, 0, ...field(1, [...text(1, apiVersion), ...text(2, kind)]), ...field(2, object)]);
