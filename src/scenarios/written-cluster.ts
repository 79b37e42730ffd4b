// A cluster as a person writes it: what is as usual need not be said.
import { type JsonObject, jsonEqual } from '../base/json';
import { CONTROL_PLANE, DEFAULT_IMAGES, REGISTRY_BYTES_PER_SECOND, worker } from '../cluster/default-run';
import type { ClusterSpec, NodeSpec } from '../wire/run';

export interface WrittenCluster extends Partial<Omit<ClusterSpec, 'nodes'>> {
  /** How many workers, or which nodes; without a control-plane node among them the usual one is added. */
  readonly nodes?: number | readonly WrittenNode[];
}
export type WrittenNode = Partial<NodeSpec> & Pick<NodeSpec, 'name'>;

const USUAL_WORKERS = 3;
const PLANE: WrittenNode = { name: CONTROL_PLANE.name, role: 'control-plane' };
const isPlane = ({ role }: WrittenNode): boolean => role === 'control-plane';
/** The one that runs all of it. */
const isWholePlane = (node: WrittenNode): boolean => isPlane(node) && node.staticPods === undefined;

export function clusterFrom({ nodes = USUAL_WORKERS, ...more }: WrittenCluster): ClusterSpec {
  const said = typeof nodes === 'number' ? numbered(nodes) : nodes;
  const all = said.some(isWholePlane) ? said : [PLANE, ...said];
  return {
    nodes: all.map((node, place) => ({ ...usual(all, place), ...node })),
    images: DEFAULT_IMAGES,
    registryBytesPerSecond: REGISTRY_BYTES_PER_SECOND,
    ...more,
  };
}

/** In as few words as `clusterFrom` needs to give the same cluster. */
export function clusterAsWritten({ nodes, images, registryBytesPerSecond, ...more }: ClusterSpec): WrittenCluster {
  const all = nodes.map((node, place) => unlike(node, usual(nodes, place)));
  const said = jsonEqual(all[0] as JsonObject, PLANE as JsonObject) ? all.slice(1) : all;
  return {
    nodes: jsonEqual(said as readonly JsonObject[], numbered(said.length) as readonly JsonObject[]) ? said.length : said,
    ...(images === DEFAULT_IMAGES || jsonEqual(images as unknown as JsonObject, DEFAULT_IMAGES as unknown as JsonObject) ? {} : { images }),
    ...(registryBytesPerSecond === REGISTRY_BYTES_PER_SECOND ? {} : { registryBytesPerSecond }),
    ...more,
  };
}

const numbered = (count: number): readonly WrittenNode[] => Array.from({ length: count }, (_, place) => ({ name: worker(place + 1).name }));

function usual(nodes: readonly WrittenNode[], place: number): NodeSpec {
  if (isPlane(nodes[place] as WrittenNode)) return CONTROL_PLANE;
  return worker(nodes.slice(0, place + 1).filter((node) => !isPlane(node)).length);
}

/** A node's name, and what else is not as in `plain`. */
function unlike(node: NodeSpec, plain: NodeSpec): WrittenNode {
  const members = Object.entries(node).filter(([name, value]) => !['name', 'role'].includes(name) && plain[name as 'cpu'] !== value);
  return { name: node.name, ...(isPlane(node) ? { role: node.role } : {}), ...Object.fromEntries(members) };
}
