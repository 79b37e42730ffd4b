// The stage in words: one phrase per component, for labels and for the text alternative. Pure.

import type { ComponentId } from '../../wire/names';
import { binaryOf, nodeOf } from '../../wire/names';
import type { LoadFacts, NodeFacts, PodTile, SceneFacts, Trouble } from '../../worker/protocol';
import { endsOfLine } from '../acts/lines';
import type { Place } from '../places';
import { timeText } from '../text/duration';
import { en } from '../text/en';
import { indexOf, podsOf } from './scene-index';

const t = en.stage;

/** Places that are a process: they can be stopped. */
const PROCESSES: ReadonlySet<Place['kind']> = new Set(['gate', 'etcd', 'manager', 'scheduler', 'kubelet', 'containerd', 'kube-proxy']);

export const isDown = (place: Place, scene: SceneFacts | null): boolean =>
  scene !== null && PROCESSES.has(place.kind) && !indexOf(scene).running.has(place.id);

/** `kubelet/node-1` -> `kubelet on node-1`. */
export function nameOf(id: string): string {
  const line = endsOfLine(id);
  if (line !== null) return t.lineBetween(nameOf(line.client), nameOf(line.server));
  const node = nodeOf(id as ComponentId);
  if (id.startsWith('pod/')) return `Pod ${id.slice(id.lastIndexOf('/') + 1)}`;
  if (id.startsWith('row/') || id.startsWith('cell/') || id.startsWith('node/')) return node ?? id;
  return node === null ? (id === 'user' ? t.you : id) : `${binaryOf(id as ComponentId)} on ${node}`;
}

export function nodeState(node: NodeFacts | undefined): string {
  if (node === undefined || !node.registered) return t.joining;
  const ready = node.ready === 'True' ? t.ready : node.ready === 'False' ? t.notReady : node.ready === 'Unknown' ? t.unknown : t.joining;
  return [ready, ...(node.troubles ?? []), ...(node.unschedulable ? [t.cordoned] : [])].join(', ');
}

export const podPhrase = (pod: PodTile): string =>
  [pod.key.slice(pod.key.indexOf('/') + 1), pod.status, pod.ip].filter((part) => part !== null).join(', ');

export const troublePhrase = ({ kind, from, to, bothWays, untilUs }: Trouble): string =>
  t.troubleOf(t.troubles[kind], nameOf(from), nameOf(to), bothWays, timeText(untilUs));

/** What is to be said of a place now, without its name. */
export function stateOf(place: Place, scene: SceneFacts | null): string {
  if (scene === null) return '';
  if (isDown(place, scene)) return t.down;
  const index = indexOf(scene);
  switch (place.kind) {
    case 'gate':
      return t.watches(index.watchesAt.get(place.id) ?? 0);
    case 'etcd':
      return `${t.revision(scene.etcd.revision)}, ${t.keys(scene.etcd.keys)}`;
    case 'scheduler':
      return t.waits(index.waiting.length);
    case 'terminal':
      return scene.loads.map(loadText).join('; ');
    case 'kernel':
      return rulesText(scene.rules[place.node ?? ''] ?? 0);
    case 'row':
    case 'cell':
      return `${nodeState(index.nodes.get(place.node ?? ''))}, ${t.pods(podsOf(scene, place.node ?? '').length)}`;
    case 'manager': {
      const waiting = Object.values(scene.queues).reduce((sum, count) => sum + count, 0);
      return t.facts.inQueue(waiting);
    }
    default:
      return CAPTIONS[place.kind] ?? '';
  }
}

const loadText = ({ to, ok, failed }: LoadFacts): string => t.load(to, t.counts(ok, failed));

/** Nothing of a clock that is right. */
export const clockText = (aheadUs = 0): readonly string[] => (aheadUs === 0 ? [] : [t.clock(Math.abs(aheadUs) / 1_000_000, aheadUs > 0)]);

export const rulesText = (count: number): string => (count === 0 ? t.noRules : t.rules(count));

export const CAPTIONS: { readonly [kind in Place['kind']]?: string } = {
  kubectl: t.sends,
  registry: t.registry,
  kubelet: t.kubelet,
  containerd: t.containerd,
  'kube-proxy': t.proxy,
  kernel: t.kernel,
};

export function describePlace(place: Place, scene: SceneFacts | null): string {
  const state = stateOf(place, scene);
  return state === '' ? nameOf(place.id) : `${nameOf(place.id)}: ${state}`;
}
