// A request as a line of the terminal: `curl 10.96.0.50:80 from pod/default/client for 60s`. `from` and `for` are
// ours; without them it is one request from outside the cluster.
import { err, ok, type Result } from '../base/result';
import { type Asker, type Input, MAX_LOAD_SECONDS } from './run';

export type RequestInput = Extract<Input, { type: 'request' | 'load' }>;

const NAME = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;
const MAX_PORT = 65_535;

export const isCurlLine = (line: string): boolean => /^curl(\s|$)/.test(line);

/** A line that begins with `curl`, or what is wrong with it. */
export function parseCurlLine(line: string): Result<RequestInput> {
  const [, target, ...rest] = line.trim().split(/\s+/);
  if (target === undefined) return err('curl needs an address: curl 10.96.0.50:80');
  const to = targetOf(target);
  if (to === null) return err(`not an address: ${target}`);
  let from: Asker = 'outside';
  let seconds: number | null = null;
  for (let i = 0; i < rest.length; i += 2) {
    const [word, value = ''] = [rest[i], rest[i + 1]];
    if (word === 'from') {
      const asker = askerOf(value);
      if (asker === null) return err(`from takes outside, node/NAME or pod/NAME, not "${value}"`);
      from = asker;
    } else if (word === 'for') {
      seconds = Number(/^(\d{1,3})s?$/.exec(value)?.[1] ?? 0);
      if (seconds < 1 || seconds > MAX_LOAD_SECONDS) return err(`for takes 1s to ${MAX_LOAD_SECONDS}s, not "${value}"`);
    } else return err(`what is "${word}"? Only from and for may follow the address`);
  }
  return ok(seconds === null ? { type: 'request', from, to } : { type: 'load', from, to, seconds });
}

export function curlLine(input: RequestInput): string {
  const from = input.from === 'outside' ? '' : ` from ${input.from}`;
  return `curl ${input.to}${from}${input.type === 'load' ? ` for ${input.seconds}s` : ''}`;
}

/** The line of the terminal that gives an input; null if no line does. */
export function typedLine(input: Input): string | null {
  if (input.type === 'kubectl') return input.line;
  return input.type === 'request' || input.type === 'load' ? curlLine(input) : null;
}

/** `http://10.96.0.50/` -> `10.96.0.50:80`; null if it is none. */
function targetOf(text: string): string | null {
  const [, host = '', port = '80'] = /^(?:http:\/\/)?([^/:]+)(?::(\d{1,5}))?\/?$/.exec(text) ?? [];
  return isHost(host) && Number(port) >= 1 && Number(port) <= MAX_PORT ? `${host}:${Number(port)}` : null;
}
const isHost = (host: string): boolean => host.length <= 253 && NAME.test(host);

/** The full name of who asks; null if it is none. A Pod without a namespace is one of `default`, a bare name a node. */
function askerOf(text: string): Asker | null {
  if (text === 'outside') return text;
  const parts = text.split('/');
  if (!parts.every((part) => NAME.test(part))) return null;
  const [kind, ...names] = parts;
  if (kind === 'pod' && names.length === 1) return `pod/default/${names[0]}`;
  if ((kind === 'pod' && names.length === 2) || (kind === 'node' && names.length === 1)) return text;
  return parts.length === 1 ? `node/${text}` : null;
}
