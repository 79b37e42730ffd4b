// One record as a line: for lists, announcements and callouts.
import { subjectOf, subjectText } from '../trace/subject';
import type { Trace } from '../trace/trace';
import type { Payload } from '../wire/payload';
import type { TraceRecord } from '../wire/record';
import { summaryOf } from '../wire/summary';
import { sentenceOf } from './sentence';

export interface Line {
  readonly seq: number;
  /** What was sent, as text: `POST /api/v1/namespaces/default/pods`. */
  readonly summary: string;
  /** "who -> whom: what, because why", at most 25 words. */
  readonly sentence: string;
  /** Up to three short facts: method and path, code, what changed. */
  readonly chips: readonly string[];
  /** `pods/default/test-…`, where it is about one object. */
  readonly object: string | null;
}

export function lineOf(record: TraceRecord, trace: Trace): Line {
  const subject = subjectOf(record, trace);
  return {
    seq: record.seq,
    summary: summaryOf(record.payload),
    sentence: sentenceOf(record, trace),
    chips: chipsOf(record.payload),
    object: subject === null || subject.name === null ? null : subjectText(subject),
  };
}

function chipsOf(payload: Payload): string[] {
  switch (payload.kind) {
    case 'input':
      return ['Enter'];
    case 'output':
      return payload.exit === null ? [] : [`exit ${payload.exit}`];
    case 'request':
      if (payload.protocol !== 'http') return [summaryOf(payload)];
      return [`${payload.method} ${payload.path.split('?')[0]}`, ...(payload.body === null ? [] : ['with a body'])];
    case 'response':
      return [payload.protocol === 'http' ? summaryOf(payload) : payload.error === null ? 'OK' : payload.error.code];
    case 'watch-delivery':
      return [summaryOf(payload)];
    default:
      return [];
  }
}
