// Host ports are taken once per node. Models plugins/nodeports/node_ports.go.
import { nodeBrings } from '../cluster-event';
import type { Plugin } from '../plugin';
import { OK, SKIP, unschedulable } from '../status';

export const REASON_PORTS = "node(s) didn't have free ports for the requested pod ports";

export const nodePorts: Plugin = {
  name: 'NodePorts',
  preFilter: ({ hostPorts }) =>
    hostPorts.length === 0
      ? SKIP
      : { check: (node) => (hostPorts.some((port) => node.portTaken(port)) ? unschedulable(REASON_PORTS) : OK) },
  mayHelp: ({ hostPorts }, event) =>
    nodeBrings(event) ||
    (event.on === 'assigned-pod' &&
      event.what === 'delete' &&
      event.pod.hostPorts.some(({ port }) => hostPorts.some((wanted) => wanted.port === port))),
};
