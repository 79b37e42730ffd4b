// The message in focus as the stage sees it: what is lit, along which way, in which shape and colour.
// And the messages on their way at the same moment. Pure.
import type { Layout } from '../layout';
import type { Route } from '../route';
import type { Header, SeqList, TraceColumns } from '../trace-columns';
import { wayBetween } from '../ways';
import type { Tiles } from './scene-index';

/** What a message is, by its shape. */
export type Shape = 'request' | 'answer' | 'delivery' | 'stream' | 'packet' | 'failure';
/** What a message speaks, by its colour: a custom property of tokens.css. */
export type Tone = 'http' | 'etcd' | 'cri' | 'kernel' | 'registry' | 'sky' | 'probe' | 'person' | 'fail';

export interface Focus {
  readonly header: Header;
  /** Places, or Pods, that are lit. */
  readonly from: string;
  readonly to: string;
  /** The part of the receiver that had asked; empty if it is not known. */
  readonly asker: string;
  readonly shape: Shape;
  readonly tone: Tone;
  /** Null for what happens within one place. */
  readonly way: Route | null;
  readonly edge: string | null;
  /** It never arrived. */
  readonly lost: boolean;
}

const TONES: { readonly [protocol in Header['protocol']]: Tone } = {
  input: 'person',
  terminal: 'person',
  http: 'http',
  etcd: 'etcd',
  'etcd-peer': 'etcd',
  cri: 'cri',
  cni: 'cri',
  runc: 'cri',
  kernel: 'kernel',
  iptables: 'kernel',
  registry: 'registry',
  dns: 'sky',
  ip: 'sky',
  probe: 'probe',
  inside: 'http',
  fault: 'fail',
};

export const toneOf = (header: Header): Tone => TONES[header.protocol];

export function shapeOf({ kind, failed }: Header): Shape {
  if (failed || kind === 'fault') return 'failure';
  switch (kind) {
    case 'watch-delivery':
      return 'delivery';
    case 'response':
    case 'output':
      return 'answer';
    case 'stream':
    case 'stream-end':
      return 'stream';
    case 'packet':
      return 'packet';
    default:
      return 'request';
  }
}

const MOVES_NOT: ReadonlySet<Header['kind']> = new Set(['inside', 'fault']);

/** `asked`: the request that a message answers, if it answers one. */
export function focusOf(header: Header, layout: Layout, tiles: Tiles, asked: Header | null = null): Focus {
  const from = layout.place(header.from)?.id ?? header.from;
  const to = layout.place(header.to)?.id ?? header.to;
  const inside = MOVES_NOT.has(header.kind);
  const line = layout.edges.find(({ a, b }) => (a === from && b === to) || (a === to && b === from));
  return {
    header,
    from,
    to,
    asker: header.kind === 'request' ? '' : (asked?.actor ?? ''),
    shape: shapeOf(header),
    tone: toneOf(header),
    way: inside ? null : wayBetween(layout, header.from, header.to, tiles),
    edge: inside ? null : (line?.id ?? null),
    lost: !inside && Number.isNaN(header.receivedUs),
  };
}

/** A message never seen arriving is shown up to here. */
export const LOST_AT = 0.6;

// ---- At the same time

const LOOKED_AT = 512;
const LONGEST_FLIGHT_US = 2_000_000;

/** Virtual time while message `header` has come `progress` of its way. */
export const timeAt = (header: Header, progress: number): number =>
  header.atUs + progress * ((Number.isNaN(header.receivedUs) ? header.atUs : header.receivedUs) - header.atUs);

/** Other told messages that are under way at some time while a message is. */
export function companionsOf(columns: TraceColumns, list: SeqList, focus: Header): Header[] {
  const companions: Header[] = [];
  if (!(focus.receivedUs > focus.atUs)) return companions;
  const here = list.placeOf(focus.seq);
  const look = (place: number): boolean => {
    const seq = list.at(place);
    if (seq < 0) return false;
    const sent = columns.atUs(seq);
    if (sent >= focus.receivedUs || sent < focus.atUs - LONGEST_FLIGHT_US) return false;
    const received = columns.receivedUs(seq);
    if (seq !== focus.seq && received > focus.atUs && sent < received) {
      const header = columns.header(seq);
      if (header !== null && !MOVES_NOT.has(header.kind)) companions.push(header);
    }
    return true;
  };
  for (let place = here; place > here - LOOKED_AT && look(place); place--);
  for (let place = here + 1; place < here + LOOKED_AT && look(place); place++);
  return companions;
}

/** How far a message has come at a virtual time; null if it is not on its way then. */
export const shareAt = ({ atUs, receivedUs }: Header, nowUs: number): number | null =>
  atUs <= nowUs && nowUs < receivedUs ? (nowUs - atUs) / (receivedUs - atUs) : null;
