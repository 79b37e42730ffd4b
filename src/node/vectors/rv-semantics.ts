// Resource versions in lists and watches, against kube-apiserver. Where a case tells in words how fresh an answer is,
// a server of its own is asked, and how fresh it was is told from the answer and from what etcd was asked.
import { SECOND } from '../../base/brand';
import { type Json, type JsonObject, jsonEqual } from '../../base/json';
import {
  decodeContinue,
  type ListOptions,
  pageLimit,
  validateListOptions,
  watchStartRevision,
} from '../../components/kube-apiserver/endpoints/list-options';
import { parseResourceVersion } from '../../components/kube-apiserver/storage/versioner';
import { fieldErrorText } from '../../machinery/status';
import { judgedBy } from './adapter';
import { type Answer, bareServer, type Probe } from './probe';

interface Asked {
  readonly verb: string;
  readonly resourceVersion?: string;
  readonly match?: string;
  readonly limit?: number | string;
  readonly continue?: string;
  readonly allowWatchBookmarks?: boolean;
}
interface Watched {
  readonly allowWatchBookmarks?: boolean;
  readonly sendInitialEvents?: boolean;
  readonly resourceVersion?: string;
  readonly useCurrentRV?: boolean;
  readonly initialPods: readonly string[];
  readonly podsAfterEstablishingWatch: readonly string[];
}
interface Event {
  readonly type: string;
  readonly object: { readonly metadata: { readonly name?: string; readonly resourceVersion: string; readonly annotations?: JsonObject } };
}

/** What upstream's test has for etcd's revision. */
const CURRENT = 100;
const NO_OPTIONS: ListOptions = {
  watch: false,
  resourceVersion: '',
  resourceVersionMatch: '',
  sendInitialEvents: null,
  allowWatchBookmarks: false,
  continue: '',
  limit: 0,
  timeoutSeconds: null,
};
const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const LONG_US = 70 * SECOND;

const differs = (said: Json, expected: Json): string | null => (jsonEqual(said, expected) ? null : JSON.stringify(said));

const GROUPS: { readonly [group: string]: (input: never, expect: never) => string | null } = {
  'list-options-validation'(
    { options, watchListEnabled }: { options: Partial<ListOptions>; watchListEnabled: boolean },
    expect: { errors: readonly string[] },
  ) {
    return differs(validateListOptions({ ...NO_OPTIONS, ...options }, watchListEnabled).map(fieldErrorText), expect.errors);
  },
  'continue-token'({ continueValue, keyPrefix }: { continueValue: string; keyPrefix: string }, expect: JsonObject) {
    const decoded = decodeContinue(continueValue, keyPrefix);
    if (decoded.ok) return differs({ fromKey: decoded.value.fromKey, rv: decoded.value.revision }, expect);
    return typeof expect.error === 'string' && decoded.error.startsWith(expect.error) ? null : decoded.error;
  },
  'parse-rv'(input: string, expect: JsonObject) {
    const parsed = parseResourceVersion(input);
    return differs(parsed.ok ? { value: parsed.value } : { error: true }, expect);
  },
  'watch-start-rv'(input: ListOptions, expect: number) {
    const start = watchStartRevision(input, Number(input.resourceVersion));
    return differs(start === 'current' ? CURRENT : start, expect);
  },
  'list-limit'({ predicate, resourceVersion = '' }: { predicate: { limit: number }; resourceVersion?: string }, expect: number) {
    return differs(pageLimit({ limit: predicate.limit, resourceVersion }), expect);
  },
  'watch-initial-events': watchInitialEvents,
  table: (asked: Asked, expect: string) => (asked.verb === 'watch' ? watchOf(asked, expect) : freshness(asked, expect)),
};

// ---- A watch from its first event on

function watchInitialEvents(input: Watched, expect: JsonObject): string | null {
  const probe = bareServer();
  probe.send({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: 'ns' } } });
  probe.send({ method: 'POST', path: '/api/v1/namespaces/ns/serviceaccounts', body: { metadata: { name: 'default' } } });
  // Upstream's store is empty at revision 1; this one has what a server writes at its start.
  const before = versionOf(probe.send({ method: 'GET', path: '/api/v1/namespaces/ns/pods' }));
  for (const name of input.initialPods) createPod(probe, name);
  const current = versionOf(probe.send({ method: 'GET', path: '/api/v1/namespaces/ns/pods' }));
  const { sendInitialEvents, allowWatchBookmarks } = input;
  const resourceVersion = input.useCurrentRV ? current : input.resourceVersion === '1' ? before : input.resourceVersion;
  const query = queryOf({
    watch: true,
    allowWatchBookmarks,
    sendInitialEvents,
    resourceVersionMatch: sendInitialEvents === undefined ? undefined : 'NotOlderThan',
    resourceVersion,
  });
  const { events } = probe.watch({ method: 'GET', path: `/api/v1/namespaces/ns/pods?${query}` }, () => {
    probe.wait(SECOND);
    for (const name of input.podsAfterEstablishingWatch) createPod(probe, name);
    probe.wait(SECOND);
  });
  const wanted = [
    ...(expect.expectedInitialEvents === undefined ? [] : input.initialPods),
    ...(expect.expectedInitialEventsBookmarkWithMinimalRV === undefined ? [] : [INITIAL_EVENTS_END]),
    ...(expect.expectedEventsAfterEstablishingWatch === undefined ? [] : input.podsAfterEstablishingWatch),
  ];
  return differs(
    (events as unknown as readonly Event[]).map((event) => heard(event, current)),
    wanted,
  );
}

function heard({ type, object: { metadata } }: Event, current: string): string {
  if (type === 'ADDED') return metadata.name ?? '';
  const ends = type === 'BOOKMARK' && metadata.annotations?.[INITIAL_EVENTS_END] === 'true';
  return ends && Number(metadata.resourceVersion) >= Number(current) ? INITIAL_EVENTS_END : type;
}

function createPod(probe: Probe, name: string): void {
  const spec = { containers: [{ name: 'c', image: 'nginx' }] };
  probe.send({ method: 'POST', path: '/api/v1/namespaces/ns/pods', body: { metadata: { name }, spec } });
}

// ---- How fresh

const queryOf = (parameters: { readonly [name: string]: Json | undefined }): string =>
  Object.entries(parameters)
    .flatMap(([name, value]) => (value === undefined || value === '' ? [] : [`${name}=${String(value)}`]))
    .join('&');

const versionOf = ({ body }: Answer): string => (body as { metadata?: { resourceVersion?: string } })?.metadata?.resourceVersion ?? '';

/** Two objects, the second younger than `version`. */
function changedServer(): { readonly probe: Probe; readonly version: string } {
  const probe = bareServer();
  const create = (name: string): Answer =>
    probe.send({ method: 'POST', path: CONFIG_MAPS, body: { metadata: { name }, data: { n: '1' } } });
  create('a');
  const version = versionOf(create('b'));
  probe.send({
    method: 'PATCH',
    path: `${CONFIG_MAPS}/b`,
    body: { data: { n: '2' } },
    headers: { 'content-type': 'application/merge-patch+json' },
  });
  create('c');
  return { probe, version };
}

function freshness(asked: Asked, expect: string): string | null {
  const { probe, version } = changedServer();
  if (asked.continue !== undefined) return continued(probe, asked, expect);
  const path = asked.verb === 'get' ? `${CONFIG_MAPS}/b` : CONFIG_MAPS;
  const ask = (resourceVersion: string): Answer =>
    probe.send({
      method: 'GET',
      path: `${path}?${queryOf({ resourceVersion, resourceVersionMatch: asked.match, limit: typeof asked.limit === 'string' ? 2 : asked.limit })}`,
    });
  const given = asked.resourceVersion?.startsWith('N') ? version : (asked.resourceVersion ?? '');
  const first = probe.sim.recorder.records.length;
  const answer = ask(given);
  const read = probe.sim.recorder.records
    .slice(first)
    .some(({ payload }) => payload.protocol === 'etcd' && payload.kind === 'request' && payload.rpc === 'Range');
  if (answer.code !== 200) return expect.startsWith(String(answer.code)) ? null : `code ${answer.code}`;
  if (given === '') return expect.startsWith('most recent') && read && isYoung(answer) ? null : 'not the most recent';
  if (given === '0') return expect.startsWith('any') && !read ? null : 'not any';
  const future = ask(String(Number(version) + 1_000_000));
  const said = !isYoung(answer) ? 'exactly' : future.code === 504 ? 'not older than' : 'something';
  return expect.startsWith(said) ? null : said;
}

const isYoung = ({ body }: Answer): boolean => JSON.stringify(body).includes('"n":"2"');

function continued(probe: Probe, asked: Asked, expect: string): string | null {
  if (!expect.startsWith('continues at the revision of the token')) return 'continues at the revision of the token';
  const first = probe.send({ method: 'GET', path: `${CONFIG_MAPS}?limit=1` });
  const token = (first.body as { metadata: { continue: string } }).metadata.continue;
  const path = `${CONFIG_MAPS}?${queryOf({ continue: token, limit: 1, resourceVersion: asked.resourceVersion })}`;
  probe.send({ method: 'DELETE', path: `${CONFIG_MAPS}/b` });
  const next = probe.send({ method: 'GET', path });
  const refused = probe.send({ method: 'GET', path: `${path}&resourceVersion=${versionOf(first)}` });
  const good = versionOf(next) === versionOf(first) && JSON.stringify(next.body).includes('"b"') && refused.code === 400;
  return good ? null : JSON.stringify([next.body, refused.code]);
}

function watchOf(asked: Asked, expect: string): string | null {
  const { probe, version } = changedServer();
  const resourceVersion = asked.resourceVersion?.startsWith('N') ? version : asked.resourceVersion;
  const query = queryOf({ watch: true, resourceVersion, allowWatchBookmarks: asked.allowWatchBookmarks });
  const { events } = probe.watch({ method: 'GET', path: `${CONFIG_MAPS}?${query}` }, () => {
    probe.wait(SECOND);
    probe.send({ method: 'POST', path: CONFIG_MAPS, body: { metadata: { name: 'd' } } });
    probe.wait(LONG_US);
  });
  const told = (events as unknown as readonly Event[]).map(({ type, object }) => `${type} ${object.metadata.name ?? ''}`.trim());
  if (expect.includes('BOOKMARK')) {
    // The first may be the one that ends the initial events; those of every minute come after it.
    const bookmarks = (events as unknown as readonly Event[]).filter(({ type }) => type === 'BOOKMARK');
    const bookmark = bookmarks[bookmarks.length - 1]?.object as unknown as JsonObject | undefined;
    const { kind, apiVersion, metadata, ...rest } = bookmark ?? {};
    return kind && apiVersion && Object.keys(rest).length === 0
      ? differs(Object.keys(metadata as JsonObject), ['resourceVersion'])
      : 'no bookmark';
  }
  const initial = expect.includes('ADDED') ? ['ADDED a', 'ADDED b', 'ADDED c'] : ['MODIFIED b', 'ADDED c'];
  return differs(told, [...initial, 'ADDED d']);
}

export const adapter = judgedBy(GROUPS);
