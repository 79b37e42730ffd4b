// The trace: every message and every inside record, in the order in which they were sent.
import { type Seq, type SimTime, seqOf } from '../base/brand';
import { Digest } from '../base/hash';
import { canonicalJson, deepFreeze, type Json } from '../base/json';
import type { Payload } from '../wire/payload';
import type { TraceRecord } from '../wire/record';

/** `shared`: senders, receivers and the trace hold the same immutable objects (fast; the default).
 *  `copied`: each payload goes through JSON and is frozen, so that any change to one after it was
 *  sent, and anything that JSON cannot carry, shows as an exception or as another digest. */
export type PayloadMode = 'shared' | 'copied';

export class Recorder {
  readonly records: TraceRecord[] = [];
  private digested = new Digest();
  private digestedUpTo = 0;

  constructor(
    private readonly mode: PayloadMode,
    private readonly maxRecords: number,
  ) {}

  get full(): boolean {
    return this.records.length >= this.maxRecords;
  }

  /** The payload as it will travel: see PayloadMode. */
  carried<P extends Payload>(payload: P): P {
    return this.mode === 'shared' ? payload : deepFreeze(JSON.parse(JSON.stringify(payload)) as P);
  }

  append(record: Omit<TraceRecord, 'seq'>): Seq {
    const seq = seqOf(this.records.length);
    const exchange = record.exchange ?? (record.payload.kind === 'request' ? seq : null);
    const { atUs, receivedUs, from, to, actor, cause, payload } = record;
    this.records.push({ seq, atUs, receivedUs, from, to, actor, exchange, cause, payload });
    return seq;
  }

  /** The message did not arrive. Only for messages still on their way. */
  lose(seq: Seq): void {
    this.arrives(seq, null);
  }

  /** The message arrives at another time than it would have. Only for messages still on their way. */
  arrives(seq: Seq, at: SimTime | null): void {
    (this.records[seq] as { receivedUs: SimTime | null }).receivedUs = at;
    if (seq >= this.digestedUpTo) return;
    // It was taken in where somebody stopped the run.
    this.digested = new Digest();
    this.digestedUpTo = 0;
  }

  /** Identifies the trace so far, which must not be in the middle of a delivery: 16 hex digits. */
  digest(): string {
    this.digestMore(this.records.length);
    return this.digested.hex();
  }

  /** Does part of the work of `digest`: takes in up to `count` more records. True if none is left. */
  digestMore(count: number): boolean {
    const end = Math.min(this.records.length, this.digestedUpTo + count);
    for (; this.digestedUpTo < end; this.digestedUpTo++) {
      const r = this.records[this.digestedUpTo] as TraceRecord;
      this.digested
        .number(r.atUs)
        .number(r.receivedUs ?? -1)
        .text(r.from)
        .text(r.to)
        .text(r.actor ?? '')
        .number(r.cause ?? -1)
        .number(r.exchange ?? -1)
        .text(payloadText(r.payload));
    }
    return this.digestedUpTo === this.records.length;
  }
}

// An object travels in many messages. Its canonical text is made once and stands in the others' by hash.
const bodyHashes = new WeakMap<object, string>();
function bodyHash(body: Json | undefined): string {
  if (typeof body !== 'object' || body === null) return canonicalJson(body ?? null);
  let hash = bodyHashes.get(body);
  if (hash === undefined) {
    hash = new Digest().text(canonicalJson(body)).hex();
    bodyHashes.set(body, hash);
  }
  return hash;
}

function payloadText(payload: Payload): string {
  let text = '';
  for (const [key, value] of Object.entries(payload) as [string, Json | undefined][]) {
    text += `${key}=${typeof value === 'string' ? value : bodyHash(value)};`;
  }
  return text;
}
