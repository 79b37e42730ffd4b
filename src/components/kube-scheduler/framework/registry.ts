// The default profile: every plugin in upstream's order with its weight. Models
// pkg/scheduler/apis/config/v1/default_plugins.go. `plugin` is null for those that we do not have (volumes,
// DRA), and for those that are not asked about nodes but built into the queue, preemption and binding.
import type { Plugin } from './plugin';
import { balancedAllocation } from './plugins/balanced-allocation';
import { imageLocality } from './plugins/image-locality';
import { interPodAffinity } from './plugins/inter-pod-affinity';
import { nodeAffinity } from './plugins/node-affinity';
import { nodeName } from './plugins/node-name';
import { nodePorts } from './plugins/node-ports';
import { nodeResourcesFit } from './plugins/node-resources-fit';
import { nodeUnschedulable } from './plugins/node-unschedulable';
import { podTopologySpread } from './plugins/pod-topology-spread';
import { taintToleration } from './plugins/taint-toleration';

export interface ProfileEntry {
  readonly name: string;
  /** 0: does not score. */
  readonly weight: number;
  readonly plugin: Plugin | null;
}
const has = (plugin: Plugin, weight = 0): ProfileEntry => ({ name: plugin.name, weight, plugin });
const lacks = (name: string): ProfileEntry => ({ name, weight: 0, plugin: null });

export const DEFAULT_PROFILE: readonly ProfileEntry[] = [
  lacks('SchedulingGates'),
  lacks('PrioritySort'),
  has(nodeUnschedulable),
  has(nodeName),
  has(taintToleration, 3),
  has(nodeAffinity(), 2),
  has(nodePorts),
  has(nodeResourcesFit(), 1),
  lacks('VolumeRestrictions'),
  lacks('NodeVolumeLimits'),
  lacks('VolumeBinding'),
  lacks('VolumeZone'),
  has(podTopologySpread(), 2),
  has(interPodAffinity(), 2),
  lacks('DefaultPreemption'),
  has(balancedAllocation(), 1),
  has(imageLocality, 1),
  lacks('DefaultBinder'),
];

export interface Weighted {
  readonly plugin: Plugin;
  readonly weight: number;
}
export const DEFAULT_PLUGINS: readonly Weighted[] = DEFAULT_PROFILE.flatMap(({ plugin, weight }) =>
  plugin === null ? [] : [{ plugin, weight }],
);
