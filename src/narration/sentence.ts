// One sentence per record, whatever it is: "who -> whom: what, because why", at most 25 words.
import { type Subject, subjectOf } from '../trace/subject';
import type { Trace } from '../trace/trace';
import { typedLine } from '../wire/curl-line';
import type { Payload } from '../wire/payload';
import type { TraceRecord } from '../wire/record';
import type { Input } from '../wire/run';
import {
  callAnswerPhrase,
  callPhrase,
  etcdAnswerPhrase,
  etcdDeliveryPhrase,
  etcdRequestPhrase,
  framePhrase,
  streamPhrase,
} from './call-phrases';
import { faultPhrase } from './fault-phrases';
import { faultWords } from './fault-words';
import { answerPhrase, requestPhrase } from './http-phrases';
import { insidePhrase } from './inside-phrases';
import { speaker } from './naming';
import { packetPhrase } from './packet-phrases';
import { newsTold, whyOf } from './why';

const MAX_WORDS = 25;

export function sentenceOf(record: TraceRecord, trace: Trace): string {
  return sentence(record, trace, phraseOf(record, trace), whyOf(record, trace));
}

/** The sentence of a record with other words for what and why. */
export function sentence(record: TraceRecord, trace: Trace, what: string, why: string | null): string {
  const from = speaker(record.from, record.actor);
  const who =
    record.payload.kind === 'inside' || record.from === record.to || isFault(record.payload)
      ? from
      : `${from} -> ${speaker(record.to, record.payload.kind === 'request' ? null : (trace.requestOf(record)?.actor ?? null))}`;
  const whole = `${who}: ${what}${why === null ? '' : `, because ${why}`}`;
  return closed(capital(wordsIn(whole) <= MAX_WORDS ? whole : clipped(`${who}: ${what}`)));
}

/** Nobody is told: it is done to the world. */
const isFault = (payload: Payload): boolean => payload.kind === 'input' && payload.input.type === 'fault';

const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
const capital = (text: string): string => (text.startsWith('you') ? `Y${text.slice(1)}` : text);
const closed = (text: string): string => (/[.?!…]$/.test(text) ? text : `${text}.`);
const wordsIn = (text: string): number => text.split(' ').length;
const clipped = (text: string): string => {
  const words = text.split(' ');
  return words.length <= MAX_WORDS ? text : `${words.slice(0, MAX_WORDS).join(' ')}…`;
};

function inputPhrase(input: Input): string {
  if (input.type === 'interrupt') return 'pressed Ctrl-C';
  return input.type === 'fault' ? lower(faultWords(input.fault)) : `typed \`${typedLine(input)}\``;
}

function phraseOf(record: TraceRecord, trace: Trace): string {
  const { payload } = record;
  switch (payload.kind) {
    case 'input':
      return inputPhrase(payload.input);
    case 'output':
      return outputPhrase(payload.stdout, payload.stderr, payload.exit);
    case 'request':
      return requestText(payload, subjectOf(record, trace));
    case 'response':
      return answerText(payload, trace.requestOf(record)?.payload, subjectOf(record, trace));
    case 'watch-delivery':
      if (payload.protocol === 'etcd') return etcdDeliveryPhrase(payload.body);
      if (payload.type === 'BOOKMARK') return 'you are up to date';
      return payload.type === 'ERROR' ? 'your watch failed; list again' : newsTold(record, trace);
    case 'stream':
      return payload.protocol === 'http' ? framePhrase(payload) : streamPhrase(payload, subjectOf(record, trace));
    case 'stream-end':
      return `the open call ends: ${payload.reason}`;
    case 'packet':
      return packetPhrase(payload);
    case 'fault':
      return faultPhrase(payload);
    case 'inside':
      return insidePhrase(payload);
  }
}

function outputPhrase(stdout: string, stderr: string, exit: number | null): string {
  const [line = '', ...more] = (stdout || stderr).trimEnd().split('\n');
  if (line === '' && exit !== null) return exit === 0 ? 'it is done; exit code 0' : `it failed; exit code ${exit}`;
  if (line === '') return 'prints an empty line';
  const printed = `prints \`${cutLine(line)}\``;
  const ends = exit === null ? '' : ` and exits with ${exit}`;
  if (more.length === 0) return printed + ends;
  const others = more.length === 1 ? 'another line' : `${more.length} more lines`;
  return `${printed} and ${others}${ends === '' ? '' : `,${ends}`}`;
}

const LONGEST_LINE = 80;

/** A long line up to the end of a word. */
function cutLine(line: string): string {
  if (line.length <= LONGEST_LINE) return line;
  const start = line.slice(0, LONGEST_LINE);
  return `${start.slice(0, Math.max(start.lastIndexOf(' '), LONGEST_LINE / 2))} …`;
}

function requestText(payload: Extract<Payload, { kind: 'request' }>, subject: Subject | null): string {
  if (payload.protocol === 'http') return requestPhrase(payload, subject);
  return payload.protocol === 'etcd' ? etcdRequestPhrase(payload) : callPhrase(payload, subject);
}

function answerText(payload: Extract<Payload, { kind: 'response' }>, request: Payload | undefined, subject: Subject | null): string {
  const asked = request?.kind === 'request' ? request : null;
  if (payload.protocol === 'http') return answerPhrase(payload, asked?.protocol === 'http' ? asked : null, subject);
  if (payload.protocol === 'etcd') return etcdAnswerPhrase(payload);
  return callAnswerPhrase(payload, asked !== null && asked.protocol !== 'http' && asked.protocol !== 'etcd' ? asked : null, subject);
}
