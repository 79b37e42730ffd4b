// Reading the protobuf messages of requests in their JSON form: an absent field is its zero value.

import { isObject, type Json, type JsonObject } from '../../base/json';
import { compareBytes } from '../../base/order';

export const textOf = (message: JsonObject, field: string): string => {
  const value = message[field];
  return typeof value === 'string' ? value : '';
};
export const numberOf = (message: JsonObject, field: string): number => {
  const value = message[field];
  return typeof value === 'number' ? value : 0;
};
export const flagOf = (message: JsonObject, field: string): boolean => message[field] === true;

const NONE: readonly JsonObject[] = [];
export const messagesOf = (message: JsonObject, field: string): readonly JsonObject[] => {
  const value = message[field];
  return Array.isArray(value) ? (value as readonly JsonObject[]) : NONE;
};
/** The member of a oneof, e.g. `request_put` of a RequestOp. */
export const messageOf = (message: JsonObject, field: string): JsonObject | null => {
  const value = message[field];
  return isObject(value) ? value : null;
};

/** `key` and `range_end`: one key if `end` is empty, all keys from `key` on if it is "\0", else [key, end). */
export interface Span {
  readonly key: string;
  readonly end: string;
}
export const FROM_KEY = '\0';
export const spanOf = (message: JsonObject): Span => ({ key: textOf(message, 'key'), end: textOf(message, 'range_end') });

export const inSpan = ({ key, end }: Span, candidate: string): boolean =>
  end === '' ? candidate === key : compareBytes(candidate, key) >= 0 && (end === FROM_KEY || compareBytes(candidate, end) < 0);

/** Values are bytes on the wire and here objects, or text in tests: only text has an order of its own. */
export const valueOf = (message: JsonObject): Json => message.value ?? '';
