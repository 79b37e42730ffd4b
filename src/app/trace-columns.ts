// The headers of all records as typed columns that only grow, and for each level the list of records
// told there. A million records are about 40 MB; nothing here is an object per record.
import { firstWhere } from '../base/first-where';
import { type Batch, COLUMNS, FLAGS, KINDS, LEVELS, PROTOCOLS, QUIET, QUIET_SHIFT, type Quiet } from '../worker/protocol';

type Columns = { -readonly [K in keyof typeof COLUMNS]: InstanceType<(typeof COLUMNS)[K]> };

/** One record's header, made on demand. */
export interface Header {
  readonly seq: number;
  readonly atUs: number;
  /** NaN if it never arrived. */
  readonly receivedUs: number;
  readonly exchange: number;
  readonly cause: number;
  readonly from: string;
  readonly to: string;
  readonly actor: string;
  readonly protocol: (typeof PROTOCOLS)[number];
  readonly kind: (typeof KINDS)[number];
  readonly failed: boolean;
  readonly write: boolean;
}

/** What the timeline marks: a write to etcd, something that failed, a fault on purpose. */
export type TraceMark = 'write' | 'failure' | 'fault';

/** Record numbers in rising order. */
export interface SeqList {
  readonly length: number;
  /** The record at a place; -1 outside. */
  at(index: number): number;
  /** Place of the last record that is not after `seq`; -1 if there is none. */
  placeOf(seq: number): number;
}

export interface TraceColumns {
  readonly count: number;
  append(batch: Batch): void;
  clear(): void;
  header(seq: number): Header | null;
  atUs(seq: number): number;
  receivedUs(seq: number): number;
  exchange(seq: number): number;
  /** The request that a record answers; -1 if it is no answer. */
  requestOf(seq: number): number;
  /** When etcd had done what it was asked: the record of its answer; -1 for anything else, or if that comes late. */
  etcdAnswer(seq: number): number;
  flags(seq: number): number;
  /** What is to be marked of a record that is told at level `lowest` or above. */
  markOf(seq: number, lowest: number): TraceMark | null;
  /** Which kind of what goes on all the time a record is, where only the wire tells it. */
  quietOf(seq: number): Quiet | null;
  levelOf(seq: number): number;
  /** Something was given after that record. */
  givenAfter(seq: number): boolean;
  /** Makes a record one that the story tells. */
  tell(seq: number): void;
  /** Records told at a level (index into LEVELS); without boot unless asked for. */
  list(level: number, withBoot: boolean): SeqList;
  /** First record sent at or after a virtual time. */
  firstAtOrAfter(us: number): number;
}

const NAMES = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[];
const LEVEL_COUNT = LEVELS.length;
const WIRE = LEVELS.indexOf('wire');
/** An answer further away is not looked for. */
const ANSWER_WITHIN = 512;
const ETCD = PROTOCOLS.indexOf('etcd');
const INPUT = KINDS.indexOf('input');
const FAULT = KINDS.indexOf('fault');
const REQUEST = KINDS.indexOf('request');
const RESPONSE = KINDS.indexOf('response');

const emptyColumns = (capacity: number): Columns =>
  Object.fromEntries(NAMES.map((name) => [name, new COLUMNS[name](capacity)])) as unknown as Columns;

export function createTraceColumns(): TraceColumns {
  let capacity = 4096;
  let columns = emptyColumns(capacity);
  let count = 0;
  let texts: string[] = [];
  let lists = Array.from({ length: LEVEL_COUNT }, growingList);
  let bootCounts = [0, 0, 0];

  function reserve(wanted: number): void {
    if (wanted <= capacity) return;
    while (capacity < wanted) capacity *= 2;
    const larger = emptyColumns(capacity);
    for (const name of NAMES) larger[name].set(columns[name].subarray(0, count) as never);
    columns = larger;
  }

  function append({ first, count: added, columns: buffer, texts: fresh }: Batch): void {
    if (first !== count) throw new Error(`batch begins at record ${first}, not at ${count}`);
    reserve(count + added);
    let offset = 0;
    for (const name of NAMES) {
      const column = new COLUMNS[name](buffer, offset, added);
      columns[name].set(column as never, count);
      offset += column.byteLength;
    }
    texts.push(...fresh);
    for (let seq = count; seq < count + added; seq++) enlist(seq, columns.level[seq] as number, LEVEL_COUNT);
    count += added;
  }

  /** Puts a record into the lists of levels [from, to). */
  function enlist(seq: number, from: number, to: number): void {
    const boot = ((columns.flags[seq] as number) & FLAGS.boot) !== 0;
    for (let level = from; level < to; level++) {
      lists[level]?.insert(seq);
      if (boot) bootCounts[level] = (bootCounts[level] ?? 0) + 1;
    }
  }

  return {
    get count() {
      return count;
    },
    append,
    clear() {
      count = 0;
      texts = [];
      lists = Array.from({ length: LEVEL_COUNT }, growingList);
      bootCounts = [0, 0, 0];
    },
    header(seq) {
      if (!(seq >= 0 && seq < count)) return null;
      const flags = columns.flags[seq] as number;
      return {
        seq,
        atUs: columns.atUs[seq] as number,
        receivedUs: columns.receivedUs[seq] as number,
        exchange: columns.exchange[seq] as number,
        cause: columns.cause[seq] as number,
        from: texts[columns.from[seq] as number] ?? '',
        to: texts[columns.to[seq] as number] ?? '',
        actor: texts[columns.actor[seq] as number] ?? '',
        protocol: PROTOCOLS[columns.protocol[seq] as number] ?? 'inside',
        kind: KINDS[columns.kind[seq] as number] ?? 'inside',
        failed: (flags & FLAGS.failed) !== 0,
        write: (flags & FLAGS.write) !== 0,
      };
    },
    atUs: (seq) => columns.atUs[seq] ?? 0,
    receivedUs: (seq) => columns.receivedUs[seq] ?? Number.NaN,
    exchange: (seq) => columns.exchange[seq] ?? -1,
    requestOf: (seq) => (columns.kind[seq] === RESPONSE ? (columns.exchange[seq] as number) : -1),
    etcdAnswer(seq) {
      if (columns.protocol[seq] !== ETCD || columns.kind[seq] !== REQUEST) return -1;
      for (let next = seq + 1; next < Math.min(count, seq + ANSWER_WITHIN); next++)
        if (columns.exchange[next] === seq && columns.kind[next] === RESPONSE) return next;
      return -1;
    },
    flags: (seq) => columns.flags[seq] ?? 0,
    markOf(seq, lowest) {
      const flags = columns.flags[seq] ?? 0;
      if (flags === 0 || (columns.level[seq] ?? LEVEL_COUNT) > lowest) return null;
      if (columns.kind[seq] === FAULT) return 'fault';
      if ((flags & FLAGS.failed) !== 0) return 'failure';
      return (flags & FLAGS.write) !== 0 && columns.protocol[seq] === ETCD ? 'write' : null;
    },
    quietOf: (seq) => (columns.level[seq] === WIRE ? (QUIET[((columns.flags[seq] as number) >> QUIET_SHIFT) - 1] ?? null) : null),
    levelOf: (seq) => columns.level[seq] ?? LEVEL_COUNT,
    givenAfter(seq) {
      const found = columns.kind.indexOf(INPUT, seq + 1);
      return found >= 0 && found < count;
    },
    tell(seq) {
      if (seq >= count) return;
      const before = columns.level[seq] as number;
      columns.level[seq] = 0;
      enlist(seq, 0, Math.min(before, LEVEL_COUNT));
    },
    list: (level, withBoot) => viewOf(lists[level] as GrowingList, withBoot ? 0 : (bootCounts[level] ?? 0)),
    firstAtOrAfter: (us) => firstWhere(0, count, (seq) => (columns.atUs[seq] as number) >= us),
  };
}

interface GrowingList {
  insert(seq: number): void;
  values(): Int32Array;
  length(): number;
}

function growingList(): GrowingList {
  let values = new Int32Array(1024);
  let length = 0;
  return {
    insert(seq) {
      if (length === values.length) {
        const larger = new Int32Array(length * 2);
        larger.set(values);
        values = larger;
      }
      let place = length;
      while (place > 0 && (values[place - 1] as number) > seq) place--;
      // Nearly always it is the last; a told step may come a little late.
      if (place < length) values.copyWithin(place + 1, place, length);
      values[place] = seq;
      length++;
    },
    values: () => values,
    length: () => length,
  };
}

function viewOf(list: GrowingList, start: number): SeqList {
  return {
    get length() {
      return list.length() - start;
    },
    at: (index) => (index >= 0 && index + start < list.length() ? (list.values()[index + start] as number) : -1),
    placeOf(seq) {
      const values = list.values();
      let low = start;
      let high = list.length();
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((values[middle] as number) <= seq) low = middle + 1;
        else high = middle;
      }
      return low - 1 - start;
    },
  };
}
