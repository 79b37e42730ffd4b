// The worker's file: a host that talks through postMessage. Slices take turns with messages by way of a
// channel to itself, which no browser slows down as it does timers. Where workers are forbidden the page
// loads this same file, so that the cluster's code exists once; a worker's file keeps no exports, so it
// announces itself by an event.
import { Runner } from '../cluster/runner';
import { HOST_LOADED, type HostHere } from './connection';
import { Host } from './host';
import { hostIn } from './in-process';
import type { ToWorker } from './protocol';

const hostHere: HostHere = (hear) => hostIn(hear, (run) => new Runner(run));

function serve(): void {
  const turns = new MessageChannel();
  const waiting: (() => void)[] = [];
  turns.port1.onmessage = () => waiting.shift()?.();
  const host = new Host({
    play: (run) => new Runner(run),
    post: (message, transfer) => globalThis.postMessage(message, { transfer: [...transfer] }),
    later: (action, pauseMs = 0) => {
      if (pauseMs > 0) return void setTimeout(action, pauseMs);
      waiting.push(action);
      turns.port2.postMessage(null);
    },
    now: () => performance.now(),
    ahead: true,
  });
  globalThis.onmessage = ({ data }: MessageEvent<ToWorker>) => host.hear(data);
}

if (typeof document === 'undefined') serve();
else document.dispatchEvent(new CustomEvent(HOST_LOADED, { detail: hostHere }));
