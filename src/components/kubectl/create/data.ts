// kubectl create configmap, secret, namespace, serviceaccount, token, quota, priorityclass, poddisruptionbudget.
// Models kubectl pkg/cmd/create. Left out: docker-registry's --from-file, --append-hash.
import type { JsonObject } from '../../../base/json';
import { parseIntOrString } from '../../../machinery/int-or-string';
import { configMapKey } from '../../../machinery/names';
import { findKind, resourcePath } from '../../../machinery/resources';
import { parseLabelSelector } from '../../../machinery/selector-parser';
import type { Task } from '../../../sim/task';
import { CommandError, fail } from '../errors';
import { PROTOBUF, TYPED } from '../http';
import { type Command, namespaceOf, type Session } from '../session';
import { base64 } from './base64';
import { CREATE_FLAGS, createObject, nameArgument } from './object';

const SOURCES = 'from-literal:array from-file:array from-env-file:array append-hash:bool';

export const createConfigMap: Command = { flags: `${CREATE_FLAGS} ${SOURCES}`, run: configMap };
export const createSecretGeneric: Command = { flags: `${CREATE_FLAGS} ${SOURCES} type`, run: secret };
export const createSecretTls: Command = { flags: `${CREATE_FLAGS} cert key append-hash:bool`, run: tlsSecret };
export const createSecretDocker: Command = {
  flags: `${CREATE_FLAGS} docker-server docker-username docker-password docker-email append-hash:bool`,
  run: dockerSecret,
};
export const createNamespace: Command = {
  flags: CREATE_FLAGS,
  *run(session) {
    const object = { kind: 'Namespace', apiVersion: 'v1', metadata: { name: nameArgument(session) }, spec: {}, status: {} };
    yield* createObject(session, object, { failure: null });
  },
};
export const createServiceAccount: Command = {
  flags: CREATE_FLAGS,
  *run(session) {
    const object = { kind: 'ServiceAccount', apiVersion: 'v1', metadata: { name: nameArgument(session) } };
    yield* createObject(session, object, { failure: 'failed to create serviceaccount: ' });
  },
};
export const createQuota: Command = { flags: `${CREATE_FLAGS} hard scopes`, run: quota };
export const createPriorityClass: Command = {
  flags: `${CREATE_FLAGS} value:int global-default:bool description preemption-policy`,
  run: priorityClass,
};
export const createDisruptionBudget: Command = { flags: `${CREATE_FLAGS} selector min-available max-unavailable`, run: disruptionBudget };
export const createToken: Command = {
  flags: 'o/output audience:array duration:duration bound-object-kind bound-object-name bound-object-uid',
  run: token,
};

/** Keys and texts of the --from flags, in the order in which kubectl reads them. */
function sources(session: Session, what: string): { [key: string]: string } {
  const data: { [key: string]: string } = {};
  const add = (key: string, value: string): void => {
    const [complaint] = configMapKey(key);
    if (complaint !== undefined) throw fail(`"${key}" is not a valid key name for a ${what}: ${complaint}`);
    if (Object.hasOwn(data, key))
      throw fail(`cannot add key "${key}", another key by that name already exists in Data for ${what} "${session.args[0] ?? ''}"`);
    data[key] = value;
  };
  for (const source of session.flags.list('from-file')) {
    const equals = source.indexOf('=');
    const file = equals < 0 ? source : source.slice(equals + 1);
    add(equals < 0 ? (file.split('/').at(-1) ?? file) : source.slice(0, equals), fileText(session, file));
  }
  for (const source of session.flags.list('from-literal')) {
    const equals = source.indexOf('=');
    if (equals <= 0) throw fail(`invalid literal source ${source}, expected key=value`);
    add(source.slice(0, equals), source.slice(equals + 1));
  }
  for (const file of session.flags.list('from-env-file')) {
    for (const line of fileText(session, file)
      .split('\n')
      .map((text) => text.trim())) {
      if (line === '' || line.startsWith('#')) continue;
      const equals = line.indexOf('=');
      add(equals < 0 ? line : line.slice(0, equals), equals < 0 ? '' : line.slice(equals + 1));
    }
  }
  return data;
}

function fileText(session: Session, file: string): string {
  const text = session.files[file.replace(/^\.\//, '')];
  if (text === undefined) throw fail(`error reading ${file}: no such file or directory`);
  return text;
}

function* configMap(session: Session): Task<void> {
  const name = nameArgument(session);
  const data = sources(session, 'ConfigMap');
  const object = { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name }, ...(Object.keys(data).length > 0 ? { data } : {}) };
  yield* createObject(session, object, { failure: 'failed to create configmap: ' });
}

const encoded = (data: { readonly [key: string]: string }): JsonObject =>
  Object.fromEntries(Object.entries(data).map(([key, value]) => [key, base64(value)]));

function* secret(session: Session): Task<void> {
  const name = nameArgument(session);
  const data = sources(session, 'Secret');
  const type = session.flags.text('type');
  const object = {
    kind: 'Secret',
    apiVersion: 'v1',
    metadata: { name },
    ...(Object.keys(data).length > 0 ? { data: encoded(data) } : {}),
    ...(type === '' ? {} : { type }),
  };
  yield* createObject(session, object, { failure: 'failed to create secret ' });
}

function* tlsSecret(session: Session): Task<void> {
  const name = nameArgument(session);
  const read = (flag: string): string => {
    const file = session.flags.text(flag);
    if (file === '') throw fail('key and cert must be specified');
    const text = session.files[file];
    if (text === undefined) throw new CommandError(`error: Cannot read file ${file}, open ${file}: no such file or directory`);
    return text;
  };
  const data = { 'tls.crt': read('cert'), 'tls.key': read('key') };
  if (!data['tls.crt'].includes('-----BEGIN')) throw fail('tls: failed to find any PEM data in certificate input');
  yield* createObject(
    session,
    { kind: 'Secret', apiVersion: 'v1', metadata: { name }, data: encoded(data), type: 'kubernetes.io/tls' },
    { failure: 'failed to create secret ' },
  );
}

function* dockerSecret(session: Session): Task<void> {
  const name = nameArgument(session);
  const { flags } = session;
  const username = flags.text('docker-username');
  const password = flags.text('docker-password');
  const server = flags.text('docker-server') || 'https://index.docker.io/v1/';
  if (username === '')
    throw fail('either --from-file or the combination of --docker-username, --docker-password and --docker-server is required');
  const email = flags.text('docker-email');
  const entry = { username, password, ...(email === '' ? {} : { email }), auth: base64(`${username}:${password}`) };
  const data = encoded({ '.dockerconfigjson': JSON.stringify({ auths: { [server]: entry } }) });
  yield* createObject(
    session,
    { kind: 'Secret', apiVersion: 'v1', metadata: { name }, data, type: 'kubernetes.io/dockerconfigjson' },
    { failure: 'failed to create secret ' },
  );
}

function* quota(session: Session): Task<void> {
  const name = nameArgument(session);
  const hard: { [key: string]: string } = {};
  for (const pair of session.flags
    .text('hard')
    .split(',')
    .filter((text) => text !== '')) {
    const [key = '', value] = pair.split('=');
    if (value === undefined) throw fail(`invalid argument syntax ${pair}, expected <resource>=<value>`);
    hard[key] = value;
  }
  const scopes = session.flags
    .text('scopes')
    .split(',')
    .filter((text) => text !== '');
  const spec = { ...(Object.keys(hard).length > 0 ? { hard } : {}), ...(scopes.length > 0 ? { scopes } : {}) };
  yield* createObject(
    session,
    { kind: 'ResourceQuota', apiVersion: 'v1', metadata: { name }, spec, status: {} },
    { failure: 'failed to create quota: ' },
  );
}

function* priorityClass(session: Session): Task<void> {
  const name = nameArgument(session);
  const { flags } = session;
  const description = flags.text('description');
  const object = {
    kind: 'PriorityClass',
    apiVersion: 'scheduling.k8s.io/v1',
    metadata: { name },
    ...(flags.int('value', 0) === 0 ? {} : { value: flags.int('value', 0) }),
    ...(flags.bool('global-default') ? { globalDefault: true } : {}),
    ...(description === '' ? {} : { description }),
    preemptionPolicy: flags.text('preemption-policy') || 'PreemptLowerPriority',
  };
  yield* createObject(session, object, { failure: 'failed to create priorityclass: ' });
}

function* disruptionBudget(session: Session): Task<void> {
  const name = nameArgument(session);
  const { flags } = session;
  const least = flags.text('min-available');
  const most = flags.text('max-unavailable');
  if (flags.text('selector') === '') throw fail('a selector must be specified');
  if (least === '' && most === '') throw fail('one of min-available or max-unavailable must be specified');
  if (least !== '' && most !== '') throw fail('min-available and max-unavailable cannot be both specified');
  const bound = least !== '' ? { minAvailable: parseIntOrString(least) } : { maxUnavailable: parseIntOrString(most) };
  const object = {
    kind: 'PodDisruptionBudget',
    apiVersion: 'policy/v1',
    metadata: { name },
    spec: { ...bound, selector: labelSelector(flags.text('selector')) },
    status: {},
  };
  yield* createObject(session, object, { failure: 'failed to create poddisruptionbudgets: ' });
}

const OPERATORS: { readonly [op: string]: string } = { in: 'In', notin: 'NotIn', exists: 'Exists', '!': 'DoesNotExist', '!=': 'NotIn' };

/** `app=web,tier in (a,b)` as a LabelSelector (metav1.ParseToLabelSelector). */
function labelSelector(text: string): JsonObject {
  const parsed = parseLabelSelector(text);
  if (!parsed.ok) throw fail(`couldn't parse the selector string "${text}": ${parsed.error}`);
  const equal = parsed.value.requirements.filter(({ op }) => op === '=' || op === '==');
  const others = parsed.value.requirements.filter(({ op }) => op !== '=' && op !== '==');
  return {
    ...(equal.length > 0 ? { matchLabels: Object.fromEntries(equal.map(({ key, values }) => [key, values[0] ?? ''])) } : {}),
    ...(others.length > 0
      ? {
          matchExpressions: others.map(({ key, op, values }) => ({
            key,
            operator: OPERATORS[op] ?? op,
            ...(values.length > 0 ? { values } : {}),
          })),
        }
      : {}),
  };
}

function* token(session: Session): Task<void> {
  const name = nameArgument(session);
  const { flags } = session;
  const accounts = findKind('v1', 'ServiceAccount');
  if (accounts === null) throw fail('no ServiceAccounts');
  const seconds = /^(\d+)s?$/.exec(flags.text('duration'))?.[1] ?? /^(\d+)m$/.exec(flags.text('duration'))?.[1];
  const expirationSeconds = seconds === undefined ? undefined : Number(seconds) * (flags.text('duration').endsWith('m') ? 60 : 1);
  const audiences = flags.list('audience');
  const body = {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: {},
    spec: { audiences: audiences.length > 0 ? audiences : null, expirationSeconds: expirationSeconds ?? null, boundObjectRef: null },
    status: { token: '', expirationTimestamp: null },
  };
  const made = (yield* session.http.send('POST', resourcePath(accounts, namespaceOf(session), name, 'token'), {
    accept: TYPED,
    contentType: PROTOBUF,
    body,
  })) as JsonObject;
  session.out(`${String((made['status'] as JsonObject | undefined)?.['token'] ?? '')}\n`);
}
