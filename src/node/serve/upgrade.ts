// Upgraded connections: kubectl exec over a WebSocket (RFC 6455), as kubectl 1.36 asks first. What the client types is not
// read: the simulated containers run a command to its end. Left out: SPDY, so attach and port-forward are refused.
import { createHash } from 'node:crypto';
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Json } from '../../base/json';
import type { Simulation } from '../../sim/simulation';
import { API_SERVER, KUBECTL } from '../../wire/names';
import { CHANNELS } from '../../wire/upgrade';
import { dial } from './dial';
import { asPayload } from './payload';

/** Of RFC 6455. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const BINARY = 2;
const CLOSE = 8;
const NORMAL_CLOSURE = [0x03, 0xe8];

export function upgrade(sim: Simulation, request: IncomingMessage, socket: Duplex): void {
  socket.on('error', () => socket.destroy());
  const client = sim.process(KUBECTL);
  const key = request.headers['sec-websocket-key'];
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  if (client === null || request.method !== 'GET' || key === undefined || !offered.includes(CHANNELS))
    return answer(socket, 501, 'only exec over a WebSocket is served here; attach and port-forward are left out');
  let open = false;
  dial(sim, client, API_SERVER, asPayload(request, null), socket, (item) => {
    if (item.type === 'end') {
      if (!open) return answer(socket, 503, `kube-apiserver does not answer: ${item.reason}`);
      socket.end(frame(CLOSE, Buffer.from(NORMAL_CLOSURE)));
    } else if (item.payload.protocol === 'http' && item.payload.kind === 'response') {
      const { status, body } = item.payload;
      if (status !== 101) return answer(socket, status, body);
      open = true;
      socket.write(handshake(key));
    } else if (item.payload.protocol === 'http' && item.payload.kind === 'stream') {
      const { channel, data } = item.payload.body;
      socket.write(frame(BINARY, Buffer.concat([Buffer.from([Number(channel)]), Buffer.from(String(data ?? ''))])));
    }
  });
  socket.resume();
}

const handshake = (key: string): string =>
  [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${createHash('sha1')
      .update(key + GUID)
      .digest('base64')}`,
    `Sec-WebSocket-Protocol: ${CHANNELS}`,
    '',
    '',
  ].join('\r\n');

/** One whole message; a server's are not masked. */
function frame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head =
    length < 126
      ? Buffer.from([0x80 | opcode, length])
      : length < 65_536
        ? Buffer.from([0x80 | opcode, 126, length >> 8, length & 0xff])
        : Buffer.concat([Buffer.from([0x80 | opcode, 127, 0, 0, 0, 0]), uint32(length)]);
  return Buffer.concat([head, payload]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function answer(socket: Duplex, status: number, body: Json): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const type = typeof body === 'string' ? 'text/plain' : 'application/json';
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nContent-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close`;
  socket.end(`${head}\r\n\r\n${text}`);
}
