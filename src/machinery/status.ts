// The bodies of refusals, and the complaints about fields inside them, as the apiserver writes them. Models
// apimachinery pkg/api/errors/errors.go and pkg/util/validation/field/errors.go.
import type { Json } from '../base/json';
import { goQuote } from './go-json';
import { groupResource } from './resources';

export type StatusCause = { readonly reason?: string; readonly message?: string; readonly field?: string };
export type StatusDetails = {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
};
export type Status = {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: Record<string, never>;
  readonly status: 'Success' | 'Failure';
  readonly message?: string;
  readonly reason?: string;
  readonly details?: StatusDetails;
  readonly code?: number;
};

export type FieldErrorType =
  | 'FieldValueNotFound'
  | 'FieldValueRequired'
  | 'FieldValueDuplicate'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'InternalError'
  | 'FieldValueTypeInvalid';

/** `value` is told only by the types that tell one. */
export interface FieldError {
  readonly type: FieldErrorType;
  readonly field: string;
  readonly value?: Json;
  readonly detail: string;
}

const WORDS: Readonly<Record<FieldErrorType, string>> = {
  FieldValueNotFound: 'Not found',
  FieldValueRequired: 'Required value',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueForbidden: 'Forbidden',
  FieldValueTooLong: 'Too long',
  FieldValueTooMany: 'Too many',
  InternalError: 'Internal error',
  FieldValueTypeInvalid: 'Invalid value',
};

export const fieldRequired = (field: string, detail: string): FieldError => ({ type: 'FieldValueRequired', field, detail });
export const fieldInvalid = (field: string, value: Json, detail: string): FieldError => ({
  type: 'FieldValueInvalid',
  field,
  value,
  detail,
});
export const fieldForbidden = (field: string, detail: string): FieldError => ({ type: 'FieldValueForbidden', field, detail });
export const fieldDuplicate = (field: string, value: Json): FieldError => ({ type: 'FieldValueDuplicate', field, value, detail: '' });
export const fieldNotFound = (field: string, value: Json): FieldError => ({ type: 'FieldValueNotFound', field, value, detail: '' });
export const fieldInternal = (field: string, detail: string): FieldError => ({ type: 'InternalError', field, detail });

/** The supported values are told in the order given; upstream mostly sorts them first. */
export const fieldNotSupported = (field: string, value: Json, supported: readonly string[]): FieldError => ({
  type: 'FieldValueNotSupported',
  field,
  value,
  detail: supported.length === 0 ? '' : `supported values: ${supported.map(goQuote).join(', ')}`,
});
export const fieldTooLong = (field: string, maxBytes: number): FieldError => ({
  type: 'FieldValueTooLong',
  field,
  detail: `may not be more than ${maxBytes} bytes`,
});
export const fieldTooMany = (field: string, actual: number, max: number): FieldError => ({
  type: 'FieldValueTooMany',
  field,
  value: actual,
  detail: `must have at most ${max} items`,
});

/** `Invalid value: "v": detail`, without the field. */
export function fieldErrorBody({ type, value, detail }: FieldError): string {
  const shown = value === undefined ? '' : `: ${typeof value === 'string' ? goQuote(value) : JSON.stringify(value)}`;
  return WORDS[type] + shown + (detail === '' ? '' : `: ${detail}`);
}

/** `spec.x: Invalid value: "v": detail`. */
export const fieldErrorText = (error: FieldError): string => `${error.field}: ${fieldErrorBody(error)}`;

/** A list of errors in one text, each told once: `a`, or `[a, b]`. */
export function aggregateText(texts: readonly string[]): string {
  const once = [...new Set(texts)];
  return once.length === 1 ? (once[0] ?? '') : `[${once.join(', ')}]`;
}

/** What was asked for: a ResourceInfo fits. */
export interface Target {
  readonly group: string;
  readonly resource: string;
}

/** The text of a failed comparison of resourceVersion. */
export const OPTIMISTIC_LOCK = 'the object has been modified; please apply your changes to the latest version and try again';

export function failure(code: number, reason: string, message: string, details?: StatusDetails): Status {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason === '' ? {} : { reason }),
    ...(details ? { details } : {}),
    code,
  };
}

/** Empty members are left out, as Go's omitempty does. The kind of these details is the resource's plural name. */
const detailsOf = ({ group, resource }: Target, name: string): StatusDetails => ({
  ...(name === '' ? {} : { name }),
  ...(group === '' ? {} : { group }),
  ...(resource === '' ? {} : { kind: resource }),
});

export const notFound = (target: Target, name: string): Status =>
  failure(404, 'NotFound', `${groupResource(target)} "${name}" not found`, detailsOf(target, name));

export const alreadyExists = (target: Target, name: string): Status =>
  failure(409, 'AlreadyExists', `${groupResource(target)} "${name}" already exists`, detailsOf(target, name));

export const conflict = (target: Target, name: string, message: string): Status =>
  failure(409, 'Conflict', `Operation cannot be fulfilled on ${groupResource(target)} "${name}": ${message}`, detailsOf(target, name));

export function forbidden(target: Target, name: string, message: string): Status {
  const what = target.resource === '' ? 'forbidden' : `${groupResource(target)}${name === '' ? '' : ` "${name}"`} is forbidden`;
  return failure(403, 'Forbidden', `${what}: ${message}`, detailsOf(target, name));
}

/** Equal complaints are told once in the message, each in the causes. */
export function invalid(group: string, kind: string, name: string, errors: readonly FieldError[]): Status {
  const message = `${groupResource({ group, resource: kind })} "${name}" is invalid`;
  return failure(422, 'Invalid', errors.length === 0 ? message : `${message}: ${aggregateText(errors.map(fieldErrorText))}`, {
    ...detailsOf({ group, resource: kind }, name),
    ...(errors.length === 0
      ? {}
      : { causes: errors.map((error) => ({ reason: error.type, message: fieldErrorBody(error), field: error.field })) }),
  });
}

export const badRequest = (message: string): Status => failure(400, 'BadRequest', message);
export const unauthorized = (message = 'Unauthorized'): Status => failure(401, 'Unauthorized', message);

export const methodNotSupported = (target: Target, action: string): Status =>
  failure(405, 'MethodNotAllowed', `${action} is not supported on resources of kind "${groupResource(target)}"`, detailsOf(target, ''));

/** A watch or a list asks for a version that is compacted or not in the cache any more. */
export const expired = (message: string): Status => failure(410, 'Expired', message);
export const gone = (message: string): Status => failure(410, 'Gone', message);

const retryAfter = (seconds: number): StatusDetails => (seconds > 0 ? { retryAfterSeconds: seconds } : {});

/** A refusal to try later, told as it is (eviction against a budget). */
export const tooManyRequests = (message: string, retryAfterSeconds: number): Status =>
  failure(429, 'TooManyRequests', message, retryAfter(retryAfterSeconds));

/** NewTooManyRequestsError: the server itself is too busy. */
export const tooManyRequestsError = (message: string): Status => failure(429, 'TooManyRequests', `Too many requests: ${message}`);

export const serverTimeout = (target: Target, operation: string, retryAfterSeconds: number): Status =>
  failure(
    500,
    'ServerTimeout',
    `The ${operation} operation against ${groupResource(target)} could not be completed at this time, please try again.`,
    {
      ...detailsOf(target, operation),
      ...retryAfter(retryAfterSeconds),
    },
  );

export const timeout = (message: string, retryAfterSeconds: number): Status =>
  failure(504, 'Timeout', `Timeout: ${message}`, retryAfter(retryAfterSeconds));

export const serviceUnavailable = (message: string): Status => failure(503, 'ServiceUnavailable', message);

export const internalError = (message: string): Status =>
  failure(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] });

export const requestEntityTooLarge = (message: string): Status =>
  failure(413, 'RequestEntityTooLarge', `Request entity too large: ${message}`);

/** Of an Accept header that asks for what the server cannot write. */
export const notAcceptable = (available: readonly string[]): Status =>
  failure(406, 'NotAcceptable', `406: Not Acceptable\n\nAvailable representations: ${available.join(', ')}`, {});

/** Of a body of a type that the server cannot read. */
export const unsupportedMediaType = (accepted: readonly string[]): Status =>
  failure(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );

/** An error of the server's own code that has no reason. */
export const plainError = (message: string): Status => failure(500, '', message);

/** What DELETE answers when the object is gone at once. */
export const success = (details: StatusDetails): Status => ({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details });

/** What a code alone says: its reason and its text (`null`: the server's own message). */
const GENERIC: { readonly [code: number]: readonly [reason: string, message: string | null] } = {
  400: ['BadRequest', 'the server rejected our request for an unknown reason'],
  401: ['Unauthorized', 'the server has asked for the client to provide credentials'],
  403: ['Forbidden', null],
  404: ['NotFound', 'the server could not find the requested resource'],
  405: ['MethodNotAllowed', 'the server does not allow this method on the requested resource'],
  406: ['NotAcceptable', null],
  409: ['Conflict', 'the server reported a conflict'],
  415: ['UnsupportedMediaType', null],
  422: ['Invalid', 'the server rejected our request due to an error in our request'],
  429: ['TooManyRequests', 'the server has received too many requests and has asked us to try again later'],
  503: ['ServiceUnavailable', 'the server is currently unable to handle the request'],
  504: ['Timeout', 'the server was unable to return a response in the time allotted, but may still be processing the request'],
};

/**
 * NewGenericServerResponse. The apiserver uses it for paths and methods that nothing serves
 * (`genericResponse(404)`), a client for an answer that is no Status (then with `unexpected`).
 */
export function genericResponse(
  code: number,
  asked?: { readonly verb: string; readonly target: Target; readonly name: string },
  serverMessage = '',
  unexpected = false,
  retryAfterSeconds = 0,
): Status {
  let [reason, message] = GENERIC[code] ?? genericUnknown(code, serverMessage);
  if (code === 409 && asked?.verb === 'POST') reason = 'AlreadyExists';
  if (code === 406 && (serverMessage === '' || serverMessage === 'unknown')) {
    message = 'the server was unable to respond with a content type that the client supports';
  }
  message ??= serverMessage;
  if (asked && asked.target.resource !== '') {
    message += ` (${asked.verb.toLowerCase()} ${groupResource(asked.target)}${asked.name === '' ? '' : ` ${asked.name}`})`;
  }
  return failure(code, reason, message, {
    ...(asked ? detailsOf(asked.target, asked.name) : {}),
    ...(unexpected ? { causes: [{ reason: 'UnexpectedServerResponse', message: serverMessage }] } : {}),
    ...retryAfter(retryAfterSeconds),
  });
}

const genericUnknown = (code: number, serverMessage: string): readonly [string, string] =>
  code >= 500
    ? ['InternalError', `an error on the server (${goQuote(serverMessage)}) has prevented the request from succeeding`]
    : ['', `the server responded with the status code ${code} but did not return more information`];
