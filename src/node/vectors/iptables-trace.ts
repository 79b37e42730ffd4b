// What packets really traversed in a kernel, against components/node-kernel/walk.ts.
import type { Host } from '../../components/node-kernel/host';
import { type Packet, replyTo, type Traversal, type Walk, walk } from '../../components/node-kernel/walk';
import type { Adapter } from './adapter';
import { firstDifference, LocalIptables } from './local-iptables';

interface RecordedPacket {
  readonly in?: string;
  readonly out?: string;
  readonly src: string;
  readonly dst: string;
  readonly sport: number | string;
  readonly dport: number | string;
  readonly mark?: string;
  readonly steps: readonly {
    readonly table: string;
    readonly chain: string;
    readonly kind: string;
    readonly verdict: string;
    readonly rule?: string;
  }[];
}
interface Connection {
  readonly request: readonly RecordedPacket[];
  readonly reply: readonly RecordedPacket[];
}
interface Trace {
  readonly topology: { readonly node: { readonly cni0: string; readonly vext: string } };
  readonly rules: string;
  readonly scenarios: readonly { readonly name: string; readonly connections: readonly Connection[] }[];
}

const EPHEMERAL = 40_000;

/** One line per hook and step, as both sides can be written. */
const recordedText = (packets: readonly RecordedPacket[]): string =>
  packets
    .flatMap(({ in: input, out, src, dst, sport, dport, mark, steps }) => [
      `in=${input ?? ''} out=${out ?? ''} ${src}:${port(sport)} -> ${dst}:${port(dport)} mark=${mark ?? '0x0'}`,
      ...steps.map(({ table, chain, kind, verdict, rule }) => `${table} ${chain} ${kind} ${verdict} ${rule ?? ''}`),
    ])
    .join('\n');
const walkedText = (traversals: readonly Traversal[]): string =>
  traversals
    .flatMap(({ table, packet, input, output, steps }) => [
      `in=${input ?? ''} out=${output ?? ''} ${packet.source}:${packet.sourcePort} -> ${packet.destination}:${packet.destinationPort} mark=0x${packet.mark.toString(16)}`,
      ...steps
        .filter(({ kind }) => kind !== 'missed')
        .map(({ chain, kind, verdict, rule }) => `${table} ${chain} ${kind} ${verdict} ${rule ?? ''}`),
    ])
    .join('\n');
const port = (number: number | string): number => (typeof number === 'number' ? number : EPHEMERAL);

function packetOf({ src, dst, dport, sport }: RecordedPacket): Packet {
  return {
    protocol: 'tcp',
    source: src,
    sourcePort: port(sport),
    destination: dst,
    destinationPort: port(dport),
    mark: 0,
    states: ['NEW'],
  };
}

/** Chance chose an endpoint in the kernel: ours is right if some chance leads the same way. */
function requestLikeRecorded(kernel: LocalIptables, host: Host, { request }: Connection): { walk: Walk; difference: string | null } {
  const [first] = request as [RecordedPacket, ...RecordedPacket[]];
  const walks = Array.from({ length: 20 }, (_, i) =>
    walk(kernel.tables, host, packetOf(first), { input: first.in ?? null, chance: (i + 0.5) / 20 }),
  );
  const tried = walks.map((one) => ({ walk: one, difference: firstDifference(walkedText(one.traversals), recordedText(request)) }));
  return tried.find(({ difference }) => difference === null) ?? (tried[0] as (typeof tried)[0]);
}

function reply(kernel: LocalIptables, host: Host, connection: Connection): string | null {
  const { walk: went } = requestLikeRecorded(kernel, host, connection);
  if (went.outcome !== 'accepted') return connection.reply.length === 0 ? null : 'no reply';
  const [first] = connection.request as [RecordedPacket, ...RecordedPacket[]];
  const back = walk(kernel.tables, host, replyTo(packetOf(first), went), { input: went.output });
  return firstDifference(walkedText(back.traversals), recordedText(connection.reply));
}

export const adapter: Adapter = (file) => {
  const { topology, rules, scenarios } = file as Trace;
  const kernel = new LocalIptables();
  const complaint = kernel.restore(rules);
  const host: Host = {
    interfaces: [
      { name: 'cni0', address: topology.node.cni0 },
      { name: 'vext', address: topology.node.vext },
    ],
    defaultInterface: 'vext',
  };
  return scenarios.flatMap(({ name, connections }) =>
    connections.flatMap((connection, i) => [
      { group: 'request', id: `${name} ${i} request`, run: () => complaint ?? requestLikeRecorded(kernel, host, connection).difference },
      { group: 'reply', id: `${name} ${i} reply`, run: () => complaint ?? reply(kernel, host, connection) },
    ]),
  );
};
