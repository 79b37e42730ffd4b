// Constructors of Status bodies, against machinery/status.ts.
import { type Json, jsonEqual } from '../../base/json';
import {
  alreadyExists,
  badRequest,
  conflict,
  expired,
  type FieldError,
  type FieldErrorType,
  fieldTooMany,
  forbidden,
  genericResponse,
  gone,
  internalError,
  invalid,
  methodNotSupported,
  notFound,
  requestEntityTooLarge,
  type Status,
  serverTimeout,
  serviceUnavailable,
  timeout,
  tooManyRequests,
  tooManyRequestsError,
  unauthorized,
} from '../../machinery/status';
import type { Adapter } from './adapter';

interface Case {
  readonly group: string;
  readonly id: string;
  readonly input: { readonly kind: string; readonly args: readonly string[]; readonly n?: number };
  readonly expect: { readonly status: { readonly [key: string]: Json } };
}

const TYPES: { readonly [word: string]: FieldErrorType } = {
  invalid: 'FieldValueInvalid',
  required: 'FieldValueRequired',
  notfound: 'FieldValueNotFound',
  forbidden: 'FieldValueForbidden',
  duplicate: 'FieldValueDuplicate',
  notsupported: 'FieldValueNotSupported',
  toolong: 'FieldValueTooLong',
  internal: 'InternalError',
  typeinvalid: 'FieldValueTypeInvalid',
};
const WITHOUT_VALUE = ['required', 'forbidden', 'toolong', 'internal'];

function fieldErrors(args: readonly string[]): FieldError[] {
  const errors: FieldError[] = [];
  for (let i = 0; i + 3 < args.length; i += 4) {
    const [word = '', field = '', value = '', detail = ''] = args.slice(i, i + 4);
    const type = TYPES[word];
    if (word === 'toomany') errors.push(fieldTooMany(field, 5, 3));
    else if (type) errors.push({ type, field, detail, ...(WITHOUT_VALUE.includes(word) ? {} : { value }) });
    else throw new Error(`unknown field error ${word}`);
  }
  return errors;
}

function construct({ kind, args, n = 0 }: Case['input']): Status {
  const [first = '', resource = '', name = '', detail = ''] = args;
  const target = { group: first, resource };
  switch (kind) {
    case 'NotFound':
      return notFound(target, name);
    case 'AlreadyExists':
      return alreadyExists(target, name);
    case 'Conflict':
      return conflict(target, name, detail);
    case 'Forbidden':
      return forbidden(target, name, detail);
    case 'MethodNotSupported':
      return methodNotSupported(target, name);
    case 'ServerTimeout':
      return serverTimeout(target, name, n);
    case 'Invalid':
      return invalid(first, resource, name, fieldErrors(args.slice(3)));
    case 'Unauthorized':
      return unauthorized(first);
    case 'Gone':
      return gone(first);
    case 'Expired':
      return expired(first);
    case 'BadRequest':
      return badRequest(first);
    case 'TooManyRequests':
      return tooManyRequests(first, n);
    case 'TooManyRequestsError':
      return tooManyRequestsError(first);
    case 'InternalError':
      return internalError(first);
    case 'RequestEntityTooLarge':
      return requestEntityTooLarge(first);
    case 'Timeout':
    case 'TimeoutError':
      return timeout(first, n);
    case 'ServiceUnavailable':
      return serviceUnavailable(first);
    case 'Generic':
      return genericResponse(n, { verb: detail, target, name }, args[4], args[5] === 'true');
    default:
      throw new Error(`unknown constructor ${kind}`);
  }
}

export const adapter: Adapter = (file) =>
  (file as { readonly cases: readonly Case[] }).cases.map(({ group, id, input, expect }) => ({
    group,
    id,
    run() {
      const { kind: _kind, apiVersion: _apiVersion, ...status } = construct(input);
      return jsonEqual(status, expect.status) ? null : JSON.stringify(status);
    },
  }));
