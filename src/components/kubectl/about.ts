// What kubectl says about the server and itself: version, api-resources, api-versions, cluster-info, config, auth.
// Models kubectl pkg/cmd/{version,apiresources,clusterinfo,config,auth}. Simplified: config shows the one
// context there is.
import type { JsonObject } from '../../base/json';
import { compareBytes } from '../../base/order';
import { goJsonIndent } from '../../machinery/go-json';
import { metaOf } from '../../machinery/object';
import { groupResource, groupVersion, resolveName } from '../../machinery/resources';
import type { PolicyRule } from '../../machinery/types';
import { printYaml } from '../../machinery/yaml';
import type { Task } from '../../sim/task';
import { ruleLines } from './describe/rbac';
import { discover } from './discovery';
import { CommandError, fail } from './errors';
import { ANY, PROTOBUF, serverUrl, TYPED } from './http';
import { columnsText } from './print/columns';
import { type Command, namespaceOf, type Session } from './session';

export const version: Command = { flags: 'client:bool o/output', run: runVersion };
export const apiResources: Command = {
  flags: 'o/output namespaced:bool api-group verbs:list no-headers:bool cached:bool sort-by categories:list',
  run: runApiResources,
};
export const apiVersions: Command = { flags: '', run: runApiVersions };
export const clusterInfo: Command = { flags: '', run: runClusterInfo };
export const canI: Command = { flags: 'A/all-namespaces:bool q/quiet:bool list:bool subresource no-headers:bool', run: runCanI };
export const whoAmI: Command = { flags: 'o/output template show-managed-fields:bool', run: runWhoAmI };
export const configView: Command = { flags: 'o/output minify:bool raw:bool flatten:bool merge:string', run: runConfigView };
export const configContexts: Command = { flags: 'o/output no-headers:bool', run: runConfigContexts };
export const configCurrent: Command = {
  flags: '',
  *run(session) {
    session.out(`${CONTEXT}\n`);
  },
};
export const configUse: Command = { flags: '', run: runConfigUse };

/** Its members in Go's order. */
const CLIENT = {
  major: '1',
  minor: '36',
  gitVersion: 'v1.36.3',
  gitCommit: '0f29094e5b73085e3802ecc1298ecae13866bfe6',
  gitTreeState: 'clean',
  buildDate: '2026-07-22T18:10:35Z',
  goVersion: 'go1.26.5',
  compiler: 'gc',
  platform: 'linux/amd64',
};
const KUSTOMIZE = 'v5.8.1';

function* runVersion(session: Session): Task<void> {
  const output = session.flags.text('output');
  if (output !== '' && output !== 'json' && output !== 'yaml') throw fail(`--output must be 'yaml' or 'json'`);
  const serverVersion = session.flags.bool('client') ? undefined : yield* session.http.get('/version', ANY, { timeout: '32s' });
  const all = { clientVersion: CLIENT, kustomizeVersion: KUSTOMIZE, ...(serverVersion === undefined ? {} : { serverVersion }) };
  if (output === 'json') return session.out(`${JSON.stringify(all, null, 2)}\n`);
  if (output === 'yaml') return session.out(`${printYaml(all)}\n`);
  session.out(`Client Version: ${CLIENT.gitVersion}\nKustomize Version: ${KUSTOMIZE}\n`);
  if (serverVersion !== undefined) session.out(`Server Version: ${String(serverVersion['gitVersion'])}\n`);
}

interface Discovered {
  readonly resource: string;
  readonly scope: 'Namespaced' | 'Cluster';
  readonly responseKind: { readonly kind: string };
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}
interface Version {
  readonly version: string;
  readonly resources?: readonly Discovered[];
}

function* runApiResources(session: Session): Task<void> {
  const { flags } = session;
  const groups = yield* discover(session);
  const verbs = flags.list('verbs');
  const categories = flags.list('categories');
  const found = groups.flatMap((group) =>
    preferredResources(metaOf(group).name ?? '', (group['versions'] ?? []) as unknown as readonly Version[]),
  );
  const shown = found.filter(
    ({ group, info }) =>
      (!flags.has('namespaced') || (info.scope === 'Namespaced') === flags.bool('namespaced')) &&
      (!flags.has('api-group') || group === flags.text('api-group')) &&
      verbs.every((verb) => info.verbs.includes(verb)) &&
      categories.every((category) => info.categories?.includes(category)),
  );
  const sorted = [...shown].sort((a, b) => compareBytes(a.group, b.group) || compareBytes(a.info.resource, b.info.resource));
  const nameOf = ({ group, info }: (typeof found)[number]): string => groupResource({ group, resource: info.resource });
  if (flags.text('output') === 'name') return session.out(sorted.map((one) => `${nameOf(one)}\n`).join(''));
  const wide = flags.text('output') === 'wide';
  const lines = sorted.map(({ group, version, info }) => [
    info.resource,
    (info.shortNames ?? []).join(','),
    groupVersion({ group, version }),
    String(info.scope === 'Namespaced'),
    info.responseKind.kind,
    ...(wide ? [info.verbs.join(','), (info.categories ?? []).join(',')] : []),
  ]);
  const head = ['NAME', 'SHORTNAMES', 'APIVERSION', 'NAMESPACED', 'KIND', ...(wide ? ['VERBS', 'CATEGORIES'] : [])];
  session.out(columnsText(flags.bool('no-headers') ? lines : [head, ...lines]));
}

/** Each resource in its group's first version that has it. */
function preferredResources(group: string, versions: readonly Version[]) {
  const found = versions.flatMap(({ version, resources = [] }) => resources.map((info) => ({ group, version, info })));
  return found.filter(({ info }, i) => found.findIndex((other) => other.info.resource === info.resource) === i);
}

function* runApiVersions(session: Session): Task<void> {
  const groups = yield* discover(session);
  const names = groups.flatMap((group) =>
    ((group['versions'] ?? []) as unknown as readonly Version[]).map(({ version }) =>
      groupVersion({ group: metaOf(group).name ?? '', version }),
    ),
  );
  const lines = names.sort(compareBytes).map((text) => `${text}\n`);
  session.out(lines.join(''));
}

function* runClusterInfo(session: Session): Task<void> {
  const services = yield* session.http.get('/api/v1/namespaces/kube-system/services', ANY, {
    labelSelector: 'kubernetes.io/cluster-service=true',
  });
  const base = serverUrl(session.http.identity);
  session.out(`Kubernetes control plane is running at ${base}\n`);
  for (const service of (services['items'] ?? []) as readonly JsonObject[]) {
    const { name = '', labels = {} } = (service['metadata'] ?? {}) as { name?: string; labels?: { [key: string]: string } };
    session.out(`${labels['kubernetes.io/name'] ?? name} is running at ${base}/api/v1/namespaces/kube-system/services/${name}/proxy\n`);
  }
  session.out(`\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n`);
}

// ---- auth

const review = (kind: string, spec: JsonObject): JsonObject => ({
  kind,
  apiVersion: 'authorization.k8s.io/v1',
  metadata: {},
  spec,
  status: {},
});

function* runCanI(session: Session): Task<void> {
  const { flags, args } = session;
  if (flags.bool('list')) return yield* listRules(session);
  const [verb, target, name] = args;
  if (verb === undefined || target === undefined)
    throw fail(
      `you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples.`,
    );
  const spec = target.startsWith('/')
    ? { nonResourceAttributes: { path: target, verb } }
    : { resourceAttributes: yield* resourceAttributes(session, verb, target, name) };
  const answer = (yield* session.http.send('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
    accept: TYPED,
    contentType: PROTOBUF,
    body: review('SelfSubjectAccessReview', spec),
  })) as JsonObject;
  const status = (answer['status'] ?? {}) as JsonObject;
  const allowed = status['allowed'] === true;
  const reason = status['reason'] ? ` - ${String(status['reason'])}` : '';
  if (!flags.bool('quiet'))
    session.out(allowed ? 'yes\n' : `no${reason}${status['evaluationError'] ? ` - ${String(status['evaluationError'])}` : ''}\n`);
  if (!allowed) throw new CommandError('', 1);
}

function* resourceAttributes(session: Session, verb: string, target: string, argument: string | undefined): Task<JsonObject> {
  const [type = '', slashName] = target.split('/');
  const all = session.flags.bool('all-namespaces');
  // The resource is looked up in its group's own discovery document.
  const info = type === '*' ? null : resolveName(type);
  if (type !== '*' && info === null) session.err(`Warning: the server doesn't have a resource type '${type}'\n\n`);
  if (info !== null) yield* session.http.exchange('GET', info.group === '' ? '/api/v1' : `/apis/${groupVersion(info)}`, { accept: ANY });
  if (info !== null && !info.namespaced) {
    session.err(`Warning: resource '${info.resource}' is not namespace scoped${info.group === '' ? '' : ` in group '${info.group}'`}\n\n`);
  }
  const name = argument ?? slashName;
  const subresource = session.flags.text('subresource');
  return {
    ...(all ? {} : { namespace: namespaceOf(session) }),
    verb,
    ...(info?.group ? { group: info.group } : {}),
    resource: info?.resource ?? type,
    ...(subresource === '' ? {} : { subresource }),
    ...(name === undefined ? {} : { name }),
  };
}

function* listRules(session: Session): Task<void> {
  const answer = (yield* session.http.send('POST', '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', {
    accept: TYPED,
    contentType: PROTOBUF,
    body: review('SelfSubjectRulesReview', { namespace: namespaceOf(session) }),
  })) as JsonObject;
  const { resourceRules, nonResourceRules } = (answer['status'] ?? {}) as {
    readonly resourceRules?: readonly PolicyRule[];
    readonly nonResourceRules?: readonly PolicyRule[];
  };
  const lines = ruleLines([...(resourceRules ?? []), ...(nonResourceRules ?? [])]);
  const head = ['Resources', 'Non-Resource URLs', 'Resource Names', 'Verbs'];
  session.out(columnsText(session.flags.bool('no-headers') ? lines : [head, ...lines]));
}

function* runWhoAmI(session: Session): Task<void> {
  const answer = (yield* session.http.send('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
    accept: TYPED,
    contentType: PROTOBUF,
    body: { kind: 'SelfSubjectReview', apiVersion: 'authentication.k8s.io/v1', metadata: {}, status: { userInfo: {} } },
  })) as JsonObject;
  const user = (((answer['status'] ?? {}) as JsonObject)['userInfo'] ?? {}) as {
    username?: string;
    uid?: string;
    groups?: readonly string[];
  };
  if (session.flags.text('output') === 'json') return session.out(`${goJsonIndent(answer)}\n`);
  if (session.flags.text('output') === 'yaml') return session.out(printYaml(answer));
  const lines = [
    ['ATTRIBUTE', 'VALUE'],
    ['Username', user.username ?? ''],
    ...(user.uid ? [['UID', user.uid]] : []),
    ['Groups', `[${(user.groups ?? []).join(' ')}]`],
  ];
  session.out(columnsText(lines));
}

// ---- config: one cluster, one user, one context

const CONTEXT = 'sim';

function* runConfigView(session: Session): Task<void> {
  const { token } = session.http.identity;
  const config = {
    apiVersion: 'v1',
    clusters: [{ cluster: { server: serverUrl(session.http.identity) }, name: 'sim' }],
    contexts: [{ context: { cluster: 'sim', user: 'admin' }, name: CONTEXT }],
    'current-context': CONTEXT,
    kind: 'Config',
    users: [
      {
        name: 'admin',
        user: token === null ? { 'client-certificate-data': 'DATA+OMITTED', 'client-key-data': 'DATA+OMITTED' } : { token: 'REDACTED' },
      },
    ],
  };
  session.out(session.flags.text('output') === 'json' ? `${goJsonIndent(config)}\n` : printYaml(config));
}

function* runConfigContexts(session: Session): Task<void> {
  const lines = [['*', CONTEXT, 'sim', 'admin', '']];
  if (session.flags.text('output') === 'name') return session.out(`${CONTEXT}\n`);
  session.out(
    columnsText([...(session.flags.bool('no-headers') ? [] : [['CURRENT', 'NAME', 'CLUSTER', 'AUTHINFO', 'NAMESPACE']]), ...lines]),
  );
}

function* runConfigUse(session: Session): Task<void> {
  const [name = ''] = session.args;
  if (name !== CONTEXT) throw fail(`no context exists with the name: "${name}"`);
  session.out(`Switched to context "${name}".\n`);
}
