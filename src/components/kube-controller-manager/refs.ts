// The resources that this binary reads and writes, by name.
import type { ResourceRef } from '../../client/api-client';

const ref = (group: string, version: string, resource: string): ResourceRef => ({ group, version, resource });

export const PODS = ref('', 'v1', 'pods');
export const NODES = ref('', 'v1', 'nodes');
export const SERVICES = ref('', 'v1', 'services');
export const ENDPOINTS = ref('', 'v1', 'endpoints');
export const NAMESPACES = ref('', 'v1', 'namespaces');
export const CONFIG_MAPS = ref('', 'v1', 'configmaps');
export const SERVICE_ACCOUNTS = ref('', 'v1', 'serviceaccounts');
export const DEPLOYMENTS = ref('apps', 'v1', 'deployments');
export const REPLICA_SETS = ref('apps', 'v1', 'replicasets');
export const DAEMON_SETS = ref('apps', 'v1', 'daemonsets');
export const CONTROLLER_REVISIONS = ref('apps', 'v1', 'controllerrevisions');
export const ENDPOINT_SLICES = ref('discovery.k8s.io', 'v1', 'endpointslices');
export const LEASES = ref('coordination.k8s.io', 'v1', 'leases');
export const CLUSTER_ROLES = ref('rbac.authorization.k8s.io', 'v1', 'clusterroles');
export const SERVICE_CIDRS = ref('networking.k8s.io', 'v1', 'servicecidrs');
export const IP_ADDRESSES = ref('networking.k8s.io', 'v1', 'ipaddresses');
