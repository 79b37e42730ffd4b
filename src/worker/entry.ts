// The worker's file: a host that talks through postMessage. Slices take turns with messages by way of a
// channel to itself, which no browser slows down as it does timers.
import { Runner } from '../cluster/runner';
import { Host } from './host';
import type { ToWorker } from './protocol';

const turns = new MessageChannel();
const waiting: (() => void)[] = [];
turns.port1.onmessage = () => waiting.shift()?.();

const host = new Host({
  play: (run) => new Runner(run),
  post: (message, transfer) => globalThis.postMessage(message, { transfer: [...transfer] }),
  later: (action) => {
    waiting.push(action);
    turns.port2.postMessage(null);
  },
  now: () => performance.now(),
});

globalThis.onmessage = ({ data }: MessageEvent<ToWorker>) => host.hear(data);
