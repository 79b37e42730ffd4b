// Which records a filter finds. The cheap terms are looked at first: most records fail one of those.
import { verbOf } from '../machinery/resources';
import { binaryOf, type ComponentId } from '../wire/names';
import type { TraceRecord } from '../wire/record';
import { summaryOf } from '../wire/summary';
import { FIELDS, type Term } from './filter-text';
import { INSIDE } from './levels';
import { type Subject, subjectOf } from './subject';
import type { Trace } from './trace';

const MAX_CAUSES = 200;

/** The records that travel, or are among `told`, for which all terms hold; rising. */
export function filterRecords(terms: readonly Term[], trace: Trace, told: ReadonlySet<number>): readonly number[] {
  const ordered = [...terms].sort((a, b) => FIELDS.indexOf(a.field) - FIELDS.indexOf(b.field));
  const found: number[] = [];
  for (const record of trace.records) {
    if ((trace.levels[record.seq] ?? INSIDE) >= INSIDE && !told.has(record.seq)) continue;
    if (ordered.every((term) => holds(term, record, trace) !== term.negated)) found.push(record.seq);
  }
  return found;
}

function holds({ field, value }: Term, record: TraceRecord, trace: Trace): boolean {
  switch (field) {
    case 'component':
      return isBy(record.from, value) || isBy(record.to, value) || isActor(record, value);
    case 'from':
    case 'to':
      return isBy(record[field], value);
    case 'actor':
      return isActor(record, value);
    case 'protocol':
      return like(record.payload.protocol, value);
    case 'kind':
      return like(record.payload.kind, value);
    case 'verb':
      return verbsOf(record, trace).some((verb) => like(verb, value));
    case 'object':
      return isLike(subjectOf(record, trace), value);
    case 'status':
      return statusesOf(record, trace).some((status) => like(status, value));
    case 'cause':
      return record.seq > Number(value) && trace.causes(record.seq, MAX_CAUSES).some(({ seq }) => seq === Number(value));
    case 'text':
      return contains(summaryOf(record.payload).toLowerCase(), value);
  }
}

const isBy = (id: ComponentId, value: string): boolean => like(id.toLowerCase(), value) || like(binaryOf(id), value);
const isActor = ({ actor }: TraceRecord, value: string): boolean => actor !== null && like(actor.toLowerCase(), value);

/** The HTTP method and the verb that RBAC knows, or the call's name: of the request that a record belongs to. */
function verbsOf(record: TraceRecord, trace: Trace): readonly string[] {
  const payload = trace.requestOf(record)?.payload;
  if (payload?.kind !== 'request') return [];
  return payload.protocol === 'http' ? [payload.method.toLowerCase(), verbOf(payload.method, payload.path)] : [payload.rpc.toLowerCase()];
}

/** The answer's code; also a request is found by how it was answered. */
function statusesOf(record: TraceRecord, trace: Trace): readonly string[] {
  const { payload } = record;
  if (payload.kind === 'output') return payload.exit === null ? [] : [String(payload.exit)];
  const answer = payload.kind === 'request' ? trace.answerOf(record)?.payload : payload;
  if (answer?.kind !== 'response') return [];
  if (answer.protocol === 'http') return [String(answer.status)];
  return [answer.error === null ? 'ok' : answer.error.code.toLowerCase()];
}

/** `pod`, `pods/test-*`, `pod/default/test-1`, `pods/status`. */
function isLike(subject: Subject | null, value: string): boolean {
  if (subject === null) return false;
  const { resource, kind, subresource, namespace, name } = subject;
  const slash = value.indexOf('/');
  const [type, rest] = slash < 0 ? [value, null] : [value.slice(0, slash), value.slice(slash + 1)];
  if (!like(resource, type) && !like(kind.toLowerCase(), type)) return false;
  if (rest === null || rest === '') return true;
  return [subresource, name, `${namespace ?? ''}/${name ?? ''}`].some((part) => part !== null && like(part.toLowerCase(), rest));
}

/** Whether a text is what a pattern says, `*` standing for anything. Linear: no pattern can make it slow. */
export function like(text: string, pattern: string): boolean {
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of others) {
    const next = text.indexOf(part, at);
    if (next < 0 || next + part.length > text.length - last.length) return false;
    at = next + part.length;
  }
  return true;
}
const contains = (text: string, pattern: string): boolean => (pattern.includes('*') ? like(text, `*${pattern}*`) : text.includes(pattern));
