// What somebody broke on purpose, in words.
import type { JsonObject } from '../base/json';
import type { Fault } from '../wire/payload';

const SECOND_US = 1_000_000;

/** `you cut the network between node-1 and kube-apiserver for 60 s`. */
export function faultPhrase({ fault, detail }: Fault): string {
  if (typeof detail.refused === 'string') return `nothing is broken: ${detail.refused}`;
  return `you ${deed(fault, detail)}`;
}

function deed(fault: string, detail: JsonObject): string {
  const between = `between ${detail.from} and ${detail.to}`;
  switch (fault) {
    case 'kill-container':
      return 'kill this container';
    case 'kill-process':
      return 'kill this process';
    case 'start-process':
      return 'start this process';
    case 'static-pod-away':
      return detail.away === true ? 'take its manifest away' : 'put its manifest back';
    case 'node-power':
      return detail.on === true ? 'switch this machine on' : 'switch this machine off';
    case 'reset':
      return `reset what ${detail.from} has open at ${detail.to}${detail.path ? ` about ${detail.path}` : ''}`;
    case 'partition':
      return `cut the network ${detail.oneWay === true ? `from ${detail.from} to ${detail.to}` : between}${lasting(detail)}`;
    case 'stall':
      return `let nothing through from ${detail.from} to ${detail.to}${lasting(detail)}`;
    case 'delay':
      return `slow the network ${between} down by ${duration(detail.byUs)}${lasting(detail)}`;
    case 'heal':
      return `mend the network ${between}`;
    case 'lose-answer':
      return `will lose the answer to the next write of ${detail.from}`;
    case 'compact-etcd':
      return 'compact etcd: its older revisions are gone';
    case 'registry':
      return REGISTRY[String(detail.state)] ?? 'change the registry';
    case 'clock':
      return `set this clock ${clock(Number(detail.aheadUs))}`;
    case 'disk':
      return detail.full === true ? 'fill this disk' : 'make room on this disk';
    default:
      return fault;
  }
}

const REGISTRY: { readonly [state: string]: string } = {
  well: 'repair the registry',
  slow: 'make the registry slow',
  failing: 'make the registry fail: it answers 503',
  down: 'stop the registry',
};

const clock = (us: number): string => (us === 0 ? 'right' : `${duration(Math.abs(us))} ${us > 0 ? 'ahead' : 'behind'}`);
const lasting = ({ forUs }: JsonObject): string => ` for ${duration(forUs)}`;

/** `200 ms`, `90 s`. */
const duration = (us: unknown): string =>
  Number(us) % SECOND_US === 0 ? `${Number(us) / SECOND_US} s` : `${Math.round(Number(us) / 1000)} ms`;
