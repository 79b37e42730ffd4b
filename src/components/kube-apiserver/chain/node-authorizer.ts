// What a kubelet may do: read what its own pods refer to, and keep its own node, lease and pods. Pure but for
// the graph, which is asked through an interface. Models plugin/pkg/auth/authorizer/node/node_authorizer.go.

import { parseFieldSelector } from '../../../machinery/field-selector';
import type { PolicyRule } from '../../../machinery/types';
import { type Attributes, type Decision, ruleAllows } from './rbac';
import { nodeNameOf } from './user';

export type Vertex =
  | 'secret'
  | 'configmap'
  | 'pvc'
  | 'pv'
  | 'resourceclaim'
  | 'volumeattachment'
  | 'serviceaccount'
  | 'resourceslice'
  | 'pod'
  | 'podcertificaterequest';

/** What is related to a node through its pods. */
export interface NodeGraph {
  related(node: string, type: Vertex, namespace: string, name: string): boolean;
}

const ALLOW: Decision = { allowed: true, reason: '' };
const NO_OPINION: Decision = { allowed: false, reason: '' };
const no = (reason: string): Decision => ({ allowed: false, reason });

export class NodeAuthorizer {
  constructor(
    private readonly graph: NodeGraph,
    /** Rules of ClusterRole system:node, for what is not subdivided. */
    private readonly nodeRules: () => readonly PolicyRule[],
  ) {}

  authorize(attributes: Attributes): Decision {
    const node = nodeNameOf(attributes.user);
    if (node === null) return NO_OPINION;
    if (node === '') return no(`unknown node for user ${JSON.stringify(attributes.user.name)}`);
    if (attributes.isResource) {
      const decision = this.subdivided(node, attributes);
      if (decision !== null) return decision;
    }
    return this.nodeRules().some((rule) => ruleAllows(attributes, rule)) ? ALLOW : NO_OPINION;
  }

  private subdivided(node: string, attributes: Attributes): Decision | null {
    switch (`${attributes.group}/${attributes.resource}`) {
      case '/secrets':
        return this.readNamespaced(node, 'secret', attributes);
      case '/configmaps':
        return this.readNamespaced(node, 'configmap', attributes);
      case '/persistentvolumeclaims':
        return attributes.subresource === 'status' ? this.updateStatus(node, 'pvc', attributes) : this.get(node, 'pvc', attributes);
      case '/persistentvolumes':
        return this.get(node, 'pv', attributes);
      case 'resource.k8s.io/resourceclaims':
        return this.get(node, 'resourceclaim', attributes);
      case 'storage.k8s.io/volumeattachments':
        return this.get(node, 'volumeattachment', attributes);
      case '/serviceaccounts':
        return attributes.verb === 'get' ? this.get(node, 'serviceaccount', attributes) : this.createToken(node, attributes);
      case 'coordination.k8s.io/leases':
        return this.lease(node, attributes);
      case 'storage.k8s.io/csinodes':
        return this.csiNode(node, attributes);
      case 'resource.k8s.io/resourceslices':
        return this.resourceSlice(node, attributes);
      case '/nodes':
        return this.node(node, attributes);
      case '/pods':
        return this.pod(node, attributes);
      default:
        return null;
    }
  }

  private related(node: string, type: Vertex, { name, namespace }: Attributes): Decision {
    if (name === '') return no('No Object name found');
    return this.graph.related(node, type, namespace, name) ? ALLOW : no(`no relationship found between node '${node}' and this object`);
  }

  private updateStatus(node: string, type: Vertex, attributes: Attributes): Decision {
    if (attributes.verb !== 'update' && attributes.verb !== 'patch') return no('can only get/update/patch this type');
    return this.related(node, type, attributes);
  }

  private get(node: string, type: Vertex, attributes: Attributes): Decision {
    if (attributes.verb !== 'get') return no('can only get individual resources of this type');
    if (attributes.subresource !== '') return no('cannot get subresource');
    return this.related(node, type, attributes);
  }

  private readNamespaced(node: string, type: Vertex, attributes: Attributes): Decision {
    if (!['get', 'list', 'watch'].includes(attributes.verb)) return no('can only read resources of this type');
    if (attributes.subresource !== '') return no('cannot read subresource');
    if (attributes.namespace === '') return no('can only read namespaced object of this type');
    return this.related(node, type, attributes);
  }

  private createToken(node: string, attributes: Attributes): Decision {
    const { verb, name, subresource, namespace } = attributes;
    if (verb !== 'create' || name === '') return no('can only create tokens for individual service accounts');
    if (subresource !== 'token') return no('can only create token subresource of serviceaccount');
    return this.graph.related(node, 'serviceaccount', namespace, name)
      ? ALLOW
      : no(`no relationship found between node '${node}' and this object`);
  }

  private lease(node: string, { verb, namespace, name }: Attributes): Decision {
    if (!OWN_VERBS.includes(verb)) return no('can only get, create, update, patch, or delete a node lease');
    if (namespace !== 'kube-node-lease') return no('can only access leases in the "kube-node-lease" system namespace');
    if (verb !== 'create' && name !== node) return no('can only access node lease with the same name as the requesting node');
    return ALLOW;
  }

  private csiNode(node: string, { verb, subresource, name }: Attributes): Decision {
    if (!OWN_VERBS.includes(verb)) return no('can only get, create, update, patch, or delete a CSINode');
    if (subresource !== '') return no('cannot authorize CSINode subresources');
    if (verb !== 'create' && name !== node) return no('can only access CSINode with the same name as the requesting node');
    return ALLOW;
  }

  private resourceSlice(node: string, attributes: Attributes): Decision {
    if (attributes.subresource !== '') return no('cannot authorize ResourceSlice subresources');
    switch (attributes.verb) {
      case 'create':
        return ALLOW;
      case 'get':
      case 'update':
      case 'patch':
      case 'delete':
        return this.related(node, 'resourceslice', attributes);
      case 'watch':
      case 'list':
      case 'deletecollection':
        return selects(attributes, 'spec.nodeName', node) || selects(attributes, 'nodeName', node)
          ? ALLOW
          : no('can only list/watch/deletecollection resourceslices with nodeName field selector');
      default:
        return no(
          'only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, delete, deletecollection',
        );
    }
  }

  private node(node: string, { verb, subresource, name }: Attributes): Decision {
    if (subresource === 'status') return verb === 'update' || verb === 'patch' ? ALLOW : NO_OPINION;
    if (subresource !== '') return NO_OPINION;
    if (verb === 'create' || verb === 'update' || verb === 'patch') return ALLOW;
    if (verb !== 'get' && verb !== 'list' && verb !== 'watch') return NO_OPINION;
    if (name === node) return ALLOW;
    return no(
      name === ''
        ? `node '${node}' cannot read all nodes, only its own Node object`
        : `node '${node}' cannot read '${name}', only its own Node object`,
    );
  }

  private pod(node: string, attributes: Attributes): Decision {
    const { verb, subresource, name } = attributes;
    if (subresource === 'status') return verb === 'update' || verb === 'patch' ? ALLOW : NO_OPINION;
    if (subresource === 'eviction') return verb === 'create' ? ALLOW : NO_OPINION;
    if (subresource !== '') return NO_OPINION;
    if (verb === 'get') return this.get(node, 'pod', attributes);
    if (verb === 'create' || verb === 'delete') return ALLOW;
    if (verb !== 'list' && verb !== 'watch') return NO_OPINION;
    if (selects(attributes, 'spec.nodeName', node)) return ALLOW;
    return name === '' ? no('can only list/watch pods with spec.nodeName field selector') : this.related(node, 'pod', attributes);
  }
}

const OWN_VERBS = ['get', 'create', 'update', 'patch', 'delete'];

function selects({ fieldSelector }: Attributes, field: string, value: string): boolean {
  if (!fieldSelector) return false;
  const parsed = parseFieldSelector(fieldSelector);
  return (
    parsed.ok && parsed.value.some((requirement) => requirement.field === field && requirement.op === '=' && requirement.value === value)
  );
}
