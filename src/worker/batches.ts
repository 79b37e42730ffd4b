// Headers of records as columns, in batches: see COLUMNS. A message that is still under way waits, because
// it may turn out to be lost.
import { assert } from '../base/assert';
import { quietOf } from '../trace/quiet';
import { QUIET, type Quiet } from '../trace/quiet-kinds';
import type { Trace } from '../trace/trace';
import type { Payload, Protocol } from '../wire/payload';
import type { TraceRecord } from '../wire/record';
import { type Batch, COLUMNS, FLAGS, KINDS, PROTOCOLS, QUIET_SHIFT } from './protocol';

const MAX_BATCH = 4096;
const MAX_TEXTS = 0x10000;
const BYTES_PER_RECORD = Object.values(COLUMNS).reduce((sum, column) => sum + column.BYTES_PER_ELEMENT, 0);
const KIND_PLACE = new Map(KINDS.map((kind, i) => [kind, i]));
const PROTOCOL_PLACE = new Map<Protocol, number>(PROTOCOLS.map((protocol, i) => [protocol, i]));

export class Batches {
  /** Records before this one were taken. */
  sent = 0;
  private readonly places = new Map<string, number>([['', 0]]);
  private texts: string[] = [''];

  constructor(private readonly trace: Trace) {}

  /** The next records that have arrived by `nowUs`, or all if `nowUs` is infinite; null if there are none. */
  take(nowUs: number): Batch | null {
    const { records, levels } = this.trace;
    const first = this.sent;
    let end = first;
    const last = Math.min(levels.length, first + MAX_BATCH);
    while (end < last && ((records[end] as TraceRecord).receivedUs ?? 0) <= nowUs) end++;
    if (end === first) return null;
    this.sent = end;
    const columns = this.encode(records.slice(first, end));
    const { texts } = this;
    this.texts = [];
    return { type: 'batch', first, count: end - first, columns, texts };
  }

  private encode(records: readonly TraceRecord[]): ArrayBuffer {
    const buffer = new ArrayBuffer(records.length * BYTES_PER_RECORD);
    let offset = 0;
    for (const [name, Column] of Object.entries(COLUMNS)) {
      const column = new Column(buffer, offset, records.length);
      const value = this.values[name as keyof typeof COLUMNS];
      for (let i = 0; i < records.length; i++) column[i] = value(records[i] as TraceRecord);
      offset += column.byteLength;
    }
    return buffer;
  }

  private readonly values: { readonly [name in keyof typeof COLUMNS]: (record: TraceRecord) => number } = {
    atUs: (record) => record.atUs,
    receivedUs: (record) => record.receivedUs ?? Number.NaN,
    exchange: (record) => record.exchange ?? -1,
    cause: (record) => record.cause ?? -1,
    from: (record) => this.text(record.from),
    to: (record) => this.text(record.to),
    actor: (record) => this.text(record.actor ?? ''),
    protocol: (record) => PROTOCOL_PLACE.get(record.payload.protocol) as number,
    kind: (record) => KIND_PLACE.get(record.payload.kind) as number,
    level: (record) => this.trace.levels[record.seq] as number,
    flags: (record) =>
      (hasFailed(record) ? FLAGS.failed : 0) |
      (isWrite(record.payload) ? FLAGS.write : 0) |
      (this.trace.isBoot(record.seq) ? FLAGS.boot : 0) |
      (quietPlace(quietOf(record, this.trace)) << QUIET_SHIFT),
  };

  private text(text: string): number {
    let place = this.places.get(text);
    if (place === undefined) {
      place = this.places.size;
      assert(place < MAX_TEXTS, 'there are fewer names than a column can hold');
      this.places.set(text, place);
      this.texts.push(text);
    }
    return place;
  }
}

const quietPlace = (quiet: Quiet | null): number => (quiet === null ? 0 : QUIET.indexOf(quiet) + 1);

/** It never arrived, or it tells of a failure. */
function hasFailed({ receivedUs, payload }: TraceRecord): boolean {
  if (receivedUs === null) return true;
  switch (payload.kind) {
    case 'response':
      return payload.protocol === 'http' ? payload.status >= 400 : payload.error !== null;
    case 'output':
      return payload.exit !== null && payload.exit !== 0;
    case 'watch-delivery':
      return payload.protocol === 'http' && payload.type === 'ERROR';
    case 'stream-end':
      return payload.reason === 'reset' || payload.reason === 'refused';
    case 'inside':
      return payload.topic === 'crashed';
    default:
      return payload.kind === 'fault';
  }
}

function isWrite(payload: Payload): boolean {
  if (payload.kind !== 'request') return false;
  if (payload.protocol === 'http') return payload.method !== 'GET';
  return payload.protocol === 'etcd' && (payload.rpc === 'Put' || payload.rpc === 'DeleteRange' || payload.rpc === 'Txn');
}
