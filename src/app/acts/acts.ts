// What can be done to a place of the stage, by the kind of place and how it is now. Pure.
import { type ComponentId, nodeOf } from '../../wire/names';
import type { FaultSpec, Input, RegistryState } from '../../wire/run';
import type { SceneFacts, Trouble } from '../../worker/protocol';
import { CLOCK_US, SLOWER_MS, acts as t } from '../text/acts';
import { cutOf, type Ends, endsOf, endsOfLine, LASTS_US, lineId, peerOf, troubleOf } from './lines';

export interface Act {
  readonly name: string;
  /** What follows from it. */
  readonly hint: string;
  readonly input: Input;
}
/** Leads on to what can be done to another place. */
export interface Way {
  readonly name: string;
  readonly hint: string;
  readonly to: string;
}

const REGISTRY_STATES: readonly RegistryState[] = ['slow', 'failing', 'down', 'well'];
const STATIC_PODS: ReadonlySet<string> = new Set(['kube-apiserver', 'etcd', 'kube-scheduler', 'kube-controller-manager']);

const fault = (spec: FaultSpec, [name, hint]: readonly [string, string]): Act => ({ name, hint, input: { type: 'fault', fault: spec } });
const command = (line: string, [name, hint]: readonly [string, string]): Act => ({ name, hint, input: { type: 'kubectl', line } });

/** Nothing for a place that nobody can do anything to. */
export function actsOn(id: string, scene: SceneFacts): readonly (Act | Way)[] {
  const line = endsOfLine(id);
  return line === null ? [...placeActs(id, scene), ...wayToLine(id, scene)] : [...mend(line, scene), ...lineActs(line)];
}

/** The cut of the one line that a place has, and the way to what else can be done to it. */
function wayToLine(id: string, scene: SceneFacts): readonly (Act | Way)[] {
  const peer = peerOf(id);
  const ends = peer === null ? null : endsOf(id, peer);
  if (peer === null || ends === null) return [];
  const [name, hint] = t.line(peer);
  return [...mend(ends, scene), fault(cutOf(ends), t.cut(peer)), { name, hint, to: lineId(id, peer) }];
}

/** Ends what was done to a line and lasts. */
function mend(ends: Ends, scene: SceneFacts): readonly Act[] {
  const trouble: Trouble | null = troubleOf(ends, scene.troubles, (id) => homeOf(id, scene));
  if (trouble === null) return [];
  const { from, to } = trouble;
  return [fault({ kind: 'heal', from, to }, t.mend(from, to))];
}

/** The node of a part of the control plane: where its static Pod is. */
const homeOf = (id: string, { pods }: SceneFacts): string | null =>
  pods.find(({ key, node }) => key === `kube-system/${id}-${node}`)?.node ?? null;

function lineActs(ends: Ends): readonly Act[] {
  const { client, server } = ends;
  const oneWay = (from: string, to: string): Act =>
    fault({ kind: 'partition', from, to, oneWay: true, forUs: LASTS_US }, t.cutOneWay(from, to));
  return [
    fault(cutOf(ends), t.cutBoth(client, server)),
    oneWay(client, server),
    oneWay(server, client),
    fault({ kind: 'delay', from: client, to: server, byUs: SLOWER_MS * 1_000, forUs: LASTS_US }, t.slow()),
    fault({ kind: 'stall', from: server, to: client, forUs: LASTS_US }, t.stall(client, server)),
    fault({ kind: 'reset', from: client, to: server, path: '' }, t.reset()),
    fault({ kind: 'lose-answer', from: client, to: server, path: '' }, t.loseAnswer(client)),
  ];
}

function placeActs(id: string, scene: SceneFacts): readonly Act[] {
  const runs = scene.running.includes(id);
  if (id === 'registry') return REGISTRY_STATES.map((state) => fault({ kind: 'registry', state }, t.registry[state]));
  if (STATIC_PODS.has(id)) return staticPodActs(id, runs);
  if (id.startsWith('pod/')) return podActs(id, runs);
  const node = nodeOf(id as ComponentId);
  if (node === null) return [];
  switch (id.slice(0, id.indexOf('/'))) {
    case 'kubelet':
    case 'containerd':
      return [
        runs ? fault({ kind: 'kill-process', component: id }, t.kill(id)) : fault({ kind: 'start-process', component: id }, t.start(id)),
      ];
    case 'kube-proxy':
      return runs ? [fault({ kind: 'kill-container', component: id }, t.killContainer('kube-proxy'))] : [];
    case 'kernel':
    case 'node':
    case 'row':
    case 'cell':
      return nodeActs(node, scene);
    default:
      return [];
  }
}

function staticPodActs(id: string, runs: boolean): readonly Act[] {
  if (!runs) return [fault({ kind: 'static-pod-away', component: id, away: false }, t.startAgain(id))];
  return [
    fault({ kind: 'kill-container', component: id }, t.killContainer(id)),
    fault({ kind: 'static-pod-away', component: id, away: true }, t.stop(id)),
    ...(id === 'etcd' ? [fault({ kind: 'compact-etcd' }, t.compact)] : []),
  ];
}

function podActs(id: string, runs: boolean): readonly Act[] {
  const [, namespace = '', name = ''] = id.split('/');
  const remove = command(`kubectl delete pod ${name}${namespace === 'default' ? '' : ` -n ${namespace}`}`, t.deletePod(name));
  return runs ? [fault({ kind: 'kill-container', component: id }, t.killPod(name)), remove] : [remove];
}

function nodeActs(node: string, scene: SceneFacts): readonly Act[] {
  if (!scene.running.includes(`kernel/${node}`)) return [fault({ kind: 'node-power', node, on: true }, t.powerOn(node))];
  const facts = scene.nodes.find(({ name }) => name === node);
  const off = fault({ kind: 'node-power', node, on: false }, t.powerOff(node));
  if (facts === undefined) return [off];
  const wrong = [fault({ kind: 'disk', node, full: true }, t.fill(node)), fault({ kind: 'disk', node, full: false }, t.makeRoom(node))];
  const cordon = facts.unschedulable
    ? command(`kubectl uncordon ${node}`, t.uncordon(node))
    : command(`kubectl cordon ${node}`, t.cordon(node));
  return [off, cordon, command(`kubectl drain ${node} --ignore-daemonsets --force`, t.drain(node)), ...wrong, ...clockActs(node, scene)];
}

/** The clock of kube-apiserver itself is not modelled. */
function clockActs(node: string, scene: SceneFacts): readonly Act[] {
  if (homeOf('kube-apiserver', scene) === node) return [];
  const now = scene.clocks[node] ?? 0;
  const set = (aheadUs: number): Act => fault({ kind: 'clock', node, aheadUs }, t.clock(node, aheadUs));
  return [CLOCK_US.behind, CLOCK_US.ahead, 0].filter((aheadUs) => aheadUs !== now).map(set);
}
