// The connections that a kernel knows: which addresses they had when they came, and which answers belong to them.
// Models nf_conntrack and nf_conntrack_proto_tcp with their default times. Left out: expectations, zones, TCP windows;
// the end of a connection is its answer, for nothing follows that here.
import { SECOND } from '../../base/brand';
import type { Json } from '../../base/json';
import type { PacketFlags } from '../../wire/payload';
import type { Mapped } from './walk';

export type State = 'SYN_SENT' | 'SYN_RECV' | 'ESTABLISHED' | 'TIME_WAIT' | 'CLOSE';
export interface Connection {
  /** The first packet's ends, and those of the packets that answer it. */
  readonly original: Mapped;
  readonly reply: Mapped;
  /** SNAT, DNAT: what was done to it. */
  readonly translated: readonly string[];
  readonly state: State;
}
export interface Found {
  readonly connection: Connection;
  readonly direction: 'original' | 'reply';
}

/** How long a connection is remembered in which nothing happens. */
export const REMEMBERED_US: { readonly [state in State]: number } = {
  SYN_SENT: 120 * SECOND,
  SYN_RECV: 60 * SECOND,
  ESTABLISHED: 432_000 * SECOND,
  TIME_WAIT: 120 * SECOND,
  CLOSE: 10 * SECOND,
};
const MAX_CONNECTIONS = 65_536;

export const reversed = ({ source, sourcePort, destination, destinationPort }: Mapped): Mapped => ({
  source: destination,
  sourcePort: destinationPort,
  destination: source,
  destinationPort: sourcePort,
});
/** `10.244.1.4:40000 > 10.96.0.50:80`. */
export const endsText = ({ source, sourcePort, destination, destinationPort }: Mapped): string =>
  `${source}:${sourcePort} > ${destination}:${destinationPort}`;

export class Conntrack {
  private readonly known = new Map<string, Found>();

  get full(): boolean {
    return this.known.size >= 2 * MAX_CONNECTIONS;
  }

  find(packet: Mapped): Found | null {
    return this.known.get(endsText(packet)) ?? null;
  }

  /** Takes a connection in, new or changed. */
  keep(connection: Connection): void {
    this.known.set(endsText(connection.original), { connection, direction: 'original' });
    this.known.set(endsText(connection.reply), { connection, direction: 'reply' });
  }

  forget({ original, reply }: Connection): void {
    this.known.delete(endsText(original));
    this.known.delete(endsText(reply));
  }

  /** `connection/ENDS` -> its state, and the ends of its answers. */
  inspect(): { readonly [path: string]: Json } {
    const originals = [...this.known.values()].filter(({ direction }) => direction === 'original');
    return Object.fromEntries(originals.map(({ connection }) => [pathOf(connection), shown(connection)]));
  }
}

export const pathOf = ({ original }: Connection): string => `connection/${endsText(original)}`;
export const shown = ({ reply, state }: Connection): Json => ({ reply: endsText(reply), state });

export const isOver = ({ state }: Connection): boolean => state === 'TIME_WAIT' || state === 'CLOSE';

/** Where a packet of a known connection goes, and whom it seems to come from. */
export const mappedBy = ({ connection, direction }: Found): Mapped =>
  reversed(direction === 'original' ? connection.reply : connection.original);

/** What rules see of a packet of a known connection. */
export const statesSeen = ({ connection, direction }: Found): readonly string[] => [
  direction === 'original' && connection.state === 'SYN_SENT' ? 'NEW' : 'ESTABLISHED',
  ...connection.translated,
];

/** The state after one more packet. */
export function stateAfter({ connection: { state }, direction }: Found, flags: PacketFlags): State {
  if (flags === 'RST') return 'CLOSE';
  if (flags === 'FIN+ACK') return 'TIME_WAIT';
  if (flags === 'SYN+ACK' && direction === 'reply' && state === 'SYN_SENT') return 'SYN_RECV';
  return flags === 'ACK' && state === 'SYN_RECV' ? 'ESTABLISHED' : state;
}
