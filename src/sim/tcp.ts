// TCP and HTTP as far as a request for `/` needs them: the handshake, one segment there, one back. A client sends
// again what got no answer, as Linux does, and gives up after a while; a server answers or resets.
// Left out: acknowledgements that carry nothing, windows, and what goes on after the answer.
import { MS, SECOND } from '../base/brand';
import type { ComponentId } from '../wire/names';
import type { Packet, PacketFlags } from '../wire/payload';
import type { Ctx } from './process';
import { suspend, type Task } from './task';

/** `curl --max-time 5`. */
const MAX_TIME_US = 5 * SECOND;
/** Waits before a segment is sent again; each wait is twice the one before (RFC 6298). */
const FIRST_WAIT_US = { SYN: SECOND, ACK: 200 * MS };
const FIRST_PORT = 32_768;
const PORTS = 28_232;
const SERVED_US = 300;

export type Failure = 'refused' | 'timed out' | 'reset' | 'no route';
export type Answered = { readonly ok: true; readonly status: string } | { readonly ok: false; readonly failure: Failure };

export interface Ends {
  readonly source: string;
  readonly destination: string;
  readonly destinationPort: number;
}

const REQUEST = 'GET / HTTP/1.1';

/** The connections that one process, or one machine, opens. */
export class TcpClient {
  private readonly waiting = new Map<string, (packet: Packet) => void>();
  private port: number | null = null;

  constructor(
    private readonly ctx: Ctx,
    private readonly send: (packet: Packet) => void,
  ) {}

  /** Asks for `/` and waits for the status line of the answer. */
  *get(ends: Ends): Task<Answered> {
    this.port = ((this.port ?? this.ctx.random(`ports from ${this.ctx.now()}`).below(PORTS)) + 1) % PORTS;
    const sourcePort = FIRST_PORT + this.port;
    const head = { protocol: 'ip', kind: 'packet', transport: 'TCP', ...ends, sourcePort } as const;
    const deadline = this.ctx.now() + MAX_TIME_US;
    const accepted = yield* this.exchange({ ...head, flags: 'SYN', data: '' }, FIRST_WAIT_US.SYN, deadline);
    if (accepted?.flags !== 'SYN+ACK') return failed(accepted, 'refused');
    const answer = yield* this.exchange({ ...head, flags: 'ACK', data: REQUEST }, FIRST_WAIT_US.ACK, deadline);
    return answer?.flags === 'FIN+ACK' ? { ok: true, status: answer.data } : failed(answer, 'reset');
  }

  /** False: it is for no connection of these. */
  take(packet: Packet): boolean {
    const remote = packet.transport === 'ICMP' ? packet.data : packet.source;
    const heard = this.waiting.get(keyOf(packet.destinationPort, remote, packet.sourcePort));
    heard?.(packet);
    return heard !== undefined;
  }

  /** Null: nobody answered in time. */
  private *exchange(packet: Packet, firstWaitUs: number, deadline: number): Task<Packet | null> {
    const key = keyOf(packet.sourcePort, packet.destination, packet.destinationPort);
    for (let waitUs = firstWaitUs; this.ctx.now() < deadline; waitUs *= 2) {
      const answer = yield* this.wait(key, Math.min(waitUs, deadline - this.ctx.now()), () => this.send(packet));
      if (answer !== null) return answer;
    }
    return null;
  }

  private *wait(key: string, us: number, act: () => void): Task<Packet | null> {
    const { ctx, waiting } = this;
    const answer = yield* suspend<Packet | null>((resume) => {
      const timer = ctx.after(us, () => resume(null));
      waiting.set(key, (packet) => {
        timer.cancel();
        resume(packet, ctx.cause());
      });
      act();
    });
    waiting.delete(key);
    return answer;
  }
}

const keyOf = (localPort: number, remote: string, remotePort: number): string => `${localPort} ${remote}:${remotePort}`;

function failed(answer: Packet | null, onReset: Failure): Answered {
  if (answer === null) return { ok: false, failure: 'timed out' };
  if (answer.transport === 'TCP') return { ok: false, failure: onReset };
  return { ok: false, failure: answer.flags === 'host-unreachable' ? 'no route' : 'refused' };
}

/** The packet that goes back to whom one came from. */
export const backTo = (packet: Packet, flags: PacketFlags, data = ''): Packet => ({
  ...packet,
  source: packet.destination,
  sourcePort: packet.destinationPort,
  destination: packet.source,
  destinationPort: packet.sourcePort,
  flags,
  data,
});

/** What a server says to a packet: it knows the status line that it gives on a port; null: nobody listens there. */
export function serveTcp(ctx: Ctx, packet: Packet, from: ComponentId, statusOn: (port: number) => string | null): void {
  if (packet.transport !== 'TCP' || packet.flags === 'RST') return;
  const answer = (): Packet => {
    const status = statusOn(packet.destinationPort);
    if (status === null) return backTo(packet, 'RST');
    if (packet.flags === 'SYN') return backTo(packet, 'SYN+ACK');
    return packet.flags === 'ACK' ? backTo(packet, 'FIN+ACK', status) : backTo(packet, 'RST');
  };
  if (packet.flags !== 'ACK') ctx.send(from, answer());
  else ctx.after(SERVED_US, () => ctx.send(from, answer()));
}
