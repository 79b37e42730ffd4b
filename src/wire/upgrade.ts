// The headers of a request or an answer that turns an HTTP connection into streams.
import type { Headers } from './payload';

/** remotecommand's newest way to number streams. */
export const CHANNELS = 'v5.channel.k8s.io';
export const SPDY: Headers = { connection: 'Upgrade', upgrade: 'SPDY/3.1', 'x-stream-protocol-version': CHANNELS };
export const WEBSOCKET: Headers = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-protocol': CHANNELS };
