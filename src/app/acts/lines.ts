// What can be done to a line of the stage that stands for a network: the one to kube-apiserver, or to the registry.
// Sockets on one machine are not cut. Pure.
import { type ComponentId, nodeOf } from '../../wire/names';
import type { FaultSpec } from '../../wire/run';
import type { Trouble } from '../../worker/protocol';

/** Who asks, and who answers: ids of components, or the name of a folded node. */
export interface Ends {
  readonly client: string;
  readonly server: string;
}

/** How long what is done to a line lasts. */
export const LASTS_S = 60;
export const LASTS_US = LASTS_S * 1_000_000;

const PREFIX = 'line/';
const APISERVER = 'kube-apiserver';
const ETCD = 'etcd';
const REGISTRY = 'registry';
const NOBODY: ReadonlySet<string> = new Set(['user', 'kubectl']);

export const lineId = (a: string, b: string): string => `${PREFIX}${a} ${b}`;

/** Both ends of a line as they stand on the stage, the one it was opened from first; what is no line is its own place. */
export const placesOf = (id: string): readonly string[] => (id.startsWith(PREFIX) ? id.slice(PREFIX.length).split(' ') : [id]);

/** A folded node is its name. */
const placeOf = (id: string): string => id.replace(/^(row|cell|node)\//, '');

/** Null for what is no network. */
export function endsOf(a: string, b: string): Ends | null {
  if (NOBODY.has(a) || NOBODY.has(b)) return null;
  for (const server of [ETCD, REGISTRY, APISERVER]) {
    if (a === server || b === server) return { client: placeOf(a === server ? b : a), server };
  }
  return null;
}

export function endsOfLine(id: string): Ends | null {
  const [a = '', b] = placesOf(id);
  return b === undefined ? null : endsOf(a, b);
}

/** What dragging a line away does. */
export const cutOf = ({ client, server }: Ends): FaultSpec => ({
  kind: 'partition',
  from: client,
  to: server,
  oneWay: false,
  forUs: LASTS_US,
});

/** The other end of the one line that a component has. */
export function peerOf(id: string): string | null {
  if (/^(kubelet|kube-proxy|row|cell|node)\//.test(id) || /^(kube-scheduler|kube-controller-manager|etcd)$/.test(id)) return APISERVER;
  return id.startsWith('containerd/') ? REGISTRY : null;
}

/** What was done to a line and lasts; the worst of it, and the longest. A place is a component or a node; `nodeAt` says where one is. */
export function troubleOf({ client, server }: Ends, troubles: readonly Trouble[], nodeAt: (id: string) => string | null): Trouble | null {
  const is = (id: string, name: string): boolean => id === name || (nodeOf(id as ComponentId) ?? nodeAt(id)) === name;
  const found = troubles.filter(({ from, to }) => (is(client, from) && is(server, to)) || (is(client, to) && is(server, from)));
  const isCut = ({ kind }: Trouble): number => Number(kind === 'partition');
  return found.sort((x, y) => isCut(y) - isCut(x) || y.untilUs - x.untilUs)[0] ?? null;
}
