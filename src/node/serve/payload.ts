// A request from outside as kube-apiserver gets it.
import type { IncomingMessage } from 'node:http';
import type { Json } from '../../base/json';
import { ADMIN } from '../../cluster/cluster';
import type { Headers, HttpRequest, Method } from '../../wire/payload';
import { PROTOBUF } from './protobuf';

export function asPayload(request: IncomingMessage, body: Json): HttpRequest {
  const headers: Headers = Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, [value].flat().join(', ')]])),
  );
  return {
    protocol: 'http',
    kind: 'request',
    method: (request.method ?? 'GET') as Method,
    path: request.url ?? '/',
    headers: { ...headers, ...(headers['accept'] === undefined ? {} : { accept: withoutProtobuf(headers['accept']) }) },
    body,
    // Plain HTTP carries no certificate: who brings no token is the administrator.
    certificate: headers['authorization'] === undefined ? ADMIN : null,
  };
}

/** Answers are JSON, for whoever takes that, too. */
function withoutProtobuf(accept: string): string {
  const rest = accept.split(',').filter((type) => !type.includes(PROTOBUF));
  return rest.length === 0 ? 'application/json' : rest.join(',');
}
