// What the server says of its own health: its checks by name. Models apiserver pkg/server/healthz and the hooks of
// pkg/controlplane and kube-aggregator. A hook that is not simulated has run when the caches are filled.

export interface HealthState {
  /** etcd answers. */
  readonly connected: boolean;
  /** All caches are filled. */
  readonly synced: boolean;
  /** Hooks that still run. */
  readonly pending: ReadonlySet<string>;
}

const HOOKS = [
  'start-apiserver-admission-initializer',
  'generic-apiserver-start-informers',
  'priority-and-fairness-config-consumer',
  'priority-and-fairness-filter',
  'storage-object-count-tracker-hook',
  'start-apiextensions-informers',
  'start-apiextensions-controllers',
  'crd-informer-synced',
  'start-system-namespaces-controller',
  'peer-endpoint-reconciler-controller',
  'start-cluster-authentication-info-controller',
  'start-kube-apiserver-identity-lease-controller',
  'start-kube-apiserver-identity-lease-garbage-collector',
  'storage-readiness',
  'start-legacy-token-tracking-controller',
  'start-service-ip-repair-controllers',
  'rbac/bootstrap-roles',
  'scheduling/bootstrap-system-priority-classes',
  'priority-and-fairness-config-producer',
  'bootstrap-controller',
  'start-kubernetes-service-cidr-controller',
  'aggregator-reload-proxy-client-cert',
  'start-kube-aggregator-informers',
  'apiservice-status-local-available-controller',
  'apiservice-status-remote-available-controller',
  'apiservice-registration-controller',
  'apiservice-wait-for-first-sync',
  'apiservice-discovery-controller',
  'kube-apiserver-autoregistration',
  'autoregister-completion',
  'apiservice-openapi-controller',
  'apiservice-openapiv3-controller',
];
/** A check that is no hook, at its place among them. */
const COMPLETION = 'autoregister-completion';

const hookCheck = (hook: string): string => (hook === COMPLETION ? hook : `poststarthook/${hook}`);

/** The checks of `/readyz`, and those of `/livez` and `/healthz`. */
function checksOf(which: string): readonly string[] {
  const hooks = HOOKS.map(hookCheck);
  return which === 'readyz'
    ? ['ping', 'log', 'etcd', 'etcd-readiness', 'informer-sync', ...hooks, 'shutdown']
    : ['ping', 'log', 'loopback-serving-certificate', 'etcd', ...hooks];
}

/** Asked when ready, but no path of their own is listed. */
const UNLISTED = ['/readyz/etcd', '/readyz/etcd-readiness'];

/** Paths below `/healthz`, `/livez` and `/readyz`, for the list of all paths. */
export const healthPaths = (): readonly string[] =>
  ['healthz', 'livez', 'readyz']
    .flatMap((which) => [`/${which}`, ...checksOf(which).map((check) => `/${which}/${check}`)])
    .filter((path) => !UNLISTED.includes(path));

export function healthAnswer(path: string, verbose: boolean, state: HealthState): { readonly status: number; readonly text: string } {
  const [, which = 'readyz', ...rest] = path.split('/');
  const name = rest.join('/');
  const isOk = (check: string): boolean => {
    if (check.startsWith('etcd')) return state.connected;
    if (check.startsWith('poststarthook/')) return state.synced && !state.pending.has(check.slice('poststarthook/'.length));
    return check !== 'informer-sync' || state.synced;
  };
  if (name !== '') return checksOf(which).includes(name) ? single(name, isOk(name)) : { status: 404, text: '404 page not found\n' };
  const checks = checksOf(which);
  const failed = checks.some((check) => !isOk(check));
  if (!failed && !verbose) return { status: 200, text: 'ok' };
  const lines = checks.map((check) => (isOk(check) ? `[+]${check} ok` : `[-]${check} failed: reason withheld`));
  return { status: failed ? 500 : 200, text: `${[...lines, `${which} check ${failed ? 'failed' : 'passed'}`].join('\n')}\n` };
}

const single = (name: string, ok: boolean): { readonly status: number; readonly text: string } =>
  ok ? { status: 200, text: 'ok' } : { status: 500, text: `internal server error: ${name} is not ready\n` };
