// What etcd refuses, with the texts and gRPC codes of api/v3rpc/rpctypes/error.go.

import type { JsonObject } from '../../base/json';
import type { Result } from '../../base/result';
import { err } from '../../base/result';
import type { RpcError } from '../../wire/payload';

/** An answer's body, or the refusal. */
export type Outcome = Result<JsonObject, RpcError>;

const refusal = (code: string, message: string) => err<RpcError>({ code, message: `etcdserver: ${message}` });

export const EMPTY_KEY = refusal('InvalidArgument', 'key is not provided');
export const KEY_NOT_FOUND = refusal('InvalidArgument', 'key not found');
export const VALUE_PROVIDED = refusal('InvalidArgument', 'value is provided');
export const LEASE_PROVIDED = refusal('InvalidArgument', 'lease is provided');
export const TOO_MANY_OPS = refusal('InvalidArgument', 'too many operations in txn request');
export const DUPLICATE_KEY = refusal('InvalidArgument', 'duplicate key given in txn request');
export const COMPACTED = refusal('OutOfRange', 'mvcc: required revision has been compacted');
export const FUTURE_REVISION = refusal('OutOfRange', 'mvcc: required revision is a future revision');
export const LEASE_NOT_FOUND = refusal('NotFound', 'requested lease not found');
export const LEASE_EXISTS = refusal('FailedPrecondition', 'lease already exists');
export const LEASE_TTL_TOO_LARGE = refusal('OutOfRange', 'too large lease TTL');
