// A packet in a few words, and why it is where it is.
import type { Trace } from '../trace/trace';
import { binaryOf } from '../wire/names';
import type { Packet } from '../wire/payload';
import type { TraceRecord } from '../wire/record';

const from = ({ source, sourcePort }: Packet): string => `${source}:${sourcePort}`;
const to = ({ destination, destinationPort }: Packet): string => `${destination}:${destinationPort}`;

export function packetPhrase(packet: Packet): string {
  switch (packet.flags) {
    case 'SYN':
      return `a connection to ${to(packet)}, please`;
    case 'SYN+ACK':
      return `${from(packet)} accepts the connection`;
    case 'ACK':
      return `\`${packet.data}\` for ${to(packet)}`;
    case 'FIN+ACK':
      return `\`${packet.data}\` from ${from(packet)}`;
    case 'RST':
      return `no connection: nobody listens at ${from(packet)}`;
    case 'port-unreachable':
      return `ICMP port unreachable: ${packet.data}:${packet.sourcePort}`;
    case 'host-unreachable':
      return `ICMP host unreachable: ${packet.data}`;
  }
}

/** A clause to follow `because`; null if there is nothing to say beyond the packet itself. */
export function whyPacket(record: TraceRecord, packet: Packet, trace: Trace): string | null {
  const cause = record.cause === null ? undefined : trace.get(record.cause);
  if (cause?.payload.kind === 'input') return 'you typed the command';
  if (cause?.payload.kind !== 'packet' || binaryOf(record.from) !== 'kernel') return null;
  const came = cause.payload;
  if (came.flags !== packet.flags) return packet.transport === 'ICMP' ? 'a rule rejects the packet' : null;
  if (to(came) !== to(packet)) return `${to(came)} is ${to(packet)} here`;
  return from(came) === from(packet) ? null : `the request went to ${from(packet)}`;
}
