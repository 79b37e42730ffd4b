// One half of an exchange as the inspector shows it, whatever its protocol.
import { isObject, type Json } from '../base/json';

export interface PayloadView {
  /** Method and path, code, or rpc. */
  readonly start: string;
  readonly failed: boolean;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Undefined if there is none. */
  readonly body: Json | undefined;
  /** Printed text, where it is no body. */
  readonly text: string | null;
}

/** All of it as it was sent: how it begins, its headers, its body in one line. */
export const rawText = ({ start, headers, body }: PayloadView): string =>
  [start, ...headers.map(([name, value]) => `${name}: ${value}`), '', JSON.stringify(body)].join('\n');

const text = (value: Json | undefined): string => (value === undefined || value === null ? '' : String(value));

export function viewOf(payload: Json): PayloadView {
  const given = isObject(payload) ? payload : {};
  const headers = isObject(given.headers) ? Object.entries(given.headers).map(([name, value]) => [name, text(value)] as const) : [];
  const plain: PayloadView = { start: '', failed: false, headers, body: given.body ?? undefined, text: null };
  switch (given.kind) {
    case 'request':
      return { ...plain, start: given.protocol === 'http' ? `${text(given.method)} ${text(given.path)}` : text(given.rpc) };
    case 'response': {
      const { error, status, rpc } = given;
      if (given.protocol === 'http') return { ...plain, start: text(status), failed: Number(status) >= 400 };
      if (isObject(error)) return { ...plain, start: text(error.code), failed: true, body: error };
      return { ...plain, start: `${text(rpc)}: OK` };
    }
    case 'watch-delivery':
      return { ...plain, start: text(given.type), failed: given.type === 'ERROR', body: given.object ?? given.body };
    case 'stream':
      return { ...plain, start: text(given.rpc) };
    case 'stream-end':
      return { ...plain, start: text(given.reason), failed: given.reason === 'reset' || given.reason === 'refused' };
    case 'inside':
      return { ...plain, start: text(given.topic), failed: given.topic === 'crashed', body: given.detail };
    case 'input': {
      const input = isObject(given.input) ? given.input : {};
      const stdin = typeof input.stdin === 'string' ? input.stdin : null;
      return {
        ...plain,
        start: input.type === 'interrupt' ? 'Ctrl-C' : text(input.line),
        body: input.type === 'fault' ? input.fault : undefined,
        text: stdin,
      };
    }
    case 'output':
      return {
        ...plain,
        start: given.exit === null ? '' : `exit ${text(given.exit)}`,
        failed: given.exit !== null && given.exit !== 0,
        text: `${text(given.stdout)}${text(given.stderr)}`,
      };
    default: {
      const { protocol: _, kind: __, ...rest } = given;
      return { ...plain, start: text(given.fault ?? given.note), body: rest };
    }
  }
}

/** What the two halves of an exchange are called, the one in focus first. */
export function halfNames(kind: string): {
  readonly own: 'request' | 'answer' | 'delivery' | 'inside';
  readonly other: 'request' | 'answer' | 'watch' | null;
} {
  switch (kind) {
    case 'request':
      return { own: 'request', other: 'answer' };
    case 'response':
      return { own: 'answer', other: 'request' };
    case 'watch-delivery':
    case 'stream':
    case 'stream-end':
      return { own: 'delivery', other: 'watch' };
    case 'input':
      return { own: 'request', other: null };
    case 'output':
      return { own: 'answer', other: null };
    default:
      return { own: 'inside', other: null };
  }
}
