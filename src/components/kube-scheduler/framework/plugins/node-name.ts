// A pod that names its node runs there or nowhere. Models plugins/nodename/node_name.go.
import { nodeBrings } from '../cluster-event';
import type { Plugin } from '../plugin';
import { OK, SKIP, unresolvable } from '../status';

export const REASON_NODE_NAME = "node(s) didn't match the requested node name";

export const nodeName: Plugin = {
  name: 'NodeName',
  preFilter: ({ pod }) => {
    const wanted = pod.spec?.nodeName;
    return wanted ? { check: (node) => (node.name === wanted ? OK : unresolvable(REASON_NODE_NAME)) } : SKIP;
  },
  mayHelp: (_pod, event) => nodeBrings(event),
};
