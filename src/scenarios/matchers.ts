// Matchers for what scenarios often look for.
import type { Matcher } from '../wire/run';

export const event = (reason: string, more: Matcher = {}): Matcher => ({
  kind: 'request',
  'body.kind': 'Event',
  'body.reason': reason,
  ...more,
});

export const prints = (stdout: string): Matcher => ({ kind: 'output', stdout });

export const complains = (stderr: string): Matcher => ({ kind: 'output', stderr, exit: 1 });

export const request = (method: string, path: string, more: Matcher = {}): Matcher => ({ kind: 'request', method, path, ...more });

/** A request by its answer. */
export const asks = (method: string, path: string, status: number, more: Matcher = {}): Matcher => ({
  kind: 'response',
  method,
  path,
  status,
  ...more,
});

/** What a watch says. */
export const hears = (type: string, kind: string, name: string, more: Matcher = {}): Matcher => ({
  kind: 'watch-delivery',
  protocol: 'http',
  type,
  'object.kind': kind,
  'object.name': name,
  ...more,
});
