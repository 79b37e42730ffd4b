// Who sent a request. Models apiserver pkg/authentication/user and pkg/authentication/serviceaccount.
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
  readonly uid?: string;
  readonly extra?: { readonly [key: string]: readonly string[] };
}

export const AUTHENTICATED = 'system:authenticated';
export const UNAUTHENTICATED = 'system:unauthenticated';
export const MASTERS = 'system:masters';
export const NODES = 'system:nodes';
export const ANONYMOUS: User = { name: 'system:anonymous', groups: [UNAUTHENTICATED] };
/** The server's own loopback client. */
export const LOOPBACK: User = { name: 'system:apiserver', groups: [AUTHENTICATED, MASTERS] };

const NODE_PREFIX = 'system:node:';
const SERVICE_ACCOUNT_PREFIX = 'system:serviceaccount:';

/** `node-1` for `system:node:node-1` of group system:nodes; '' if the name is missing; null for others. */
export const nodeNameOf = (user: User): string | null =>
  user.name.startsWith(NODE_PREFIX) && user.groups.includes(NODES) ? user.name.slice(NODE_PREFIX.length) : null;

export const serviceAccountUser = (namespace: string, name: string): string => `${SERVICE_ACCOUNT_PREFIX}${namespace}:${name}`;
export const serviceAccountGroups = (namespace: string): readonly string[] => [
  'system:serviceaccounts',
  `system:serviceaccounts:${namespace}`,
];
