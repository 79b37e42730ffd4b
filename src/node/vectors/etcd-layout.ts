// What kube-apiserver keeps where in etcd, and with which calls. What a case tells in words is read from what a server
// of its own sends to etcd.
import { MINUTE, SECOND } from '../../base/brand';
import { isObject, type Json, type JsonObject, jsonEqual } from '../../base/json';
import { preparedKey } from '../../components/kube-apiserver/storage/key';
import { findResource, storageKey } from '../../machinery/resources';
import type { EtcdRequest } from '../../wire/payload';
import { judgedBy } from './adapter';
import { bareServer, type Probe } from './probe';

interface Named {
  readonly group: string;
  readonly resource: string;
  readonly namespace?: string;
  readonly name: string;
}

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const KEY = '/registry/configmaps/default/a';
const PREFIX = '/registry/configmaps/default/';
const PREFIX_END = '/registry/configmaps/default0';
const MERGE = { 'content-type': 'application/merge-patch+json' };

const differs = (said: Json, expected: Json): string | null => (jsonEqual(said, expected) ? null : JSON.stringify(said));

/** What etcd was asked while `act` ran. */
function asked(probe: Probe, act: () => void): readonly EtcdRequest[] {
  const { records } = probe.sim.recorder;
  const first = records.length;
  act();
  return records
    .slice(first)
    .flatMap(({ payload }) => (payload.protocol === 'etcd' && payload.kind === 'request' ? [payload as EtcdRequest] : []));
}

const create = (probe: Probe): void => void probe.send({ method: 'POST', path: CONFIG_MAPS, body: { metadata: { name: 'a' } } });

/** What is done with `a`, after it was made; null for its making. */
const ACTS: { readonly [what: string]: ((probe: Probe) => void) | null } = {
  'create object': null,
  'update object': (probe) => void probe.send({ method: 'PATCH', path: `${CONFIG_MAPS}/a`, body: { data: { n: '1' } }, headers: MERGE }),
  'delete object': (probe) => void probe.send({ method: 'DELETE', path: `${CONFIG_MAPS}/a` }),
};

function txn(what: string, expect: JsonObject): string | null {
  const probe = bareServer();
  if (what === 'list page') return listPage(probe, expect);
  if (what === 'watch') return watchCreated(expect);
  const act = ACTS[what];
  if (act === undefined) return `unknown: ${what}`;
  if (act !== null) create(probe);
  const sent = asked(probe, () => (act ?? create)(probe)).find(({ rpc }) => rpc === 'Txn')?.body;
  if (sent === undefined) return 'no transaction';
  const { compare, success, failure } = sent;
  const [wanted] = expect.compare as readonly JsonObject[];
  const [found] = compare as readonly JsonObject[];
  const onlyNew = act === null ? found?.mod_revision === 0 : Number(found?.mod_revision) > 0;
  const said = { compare: [found?.target ?? '', onlyNew], success: operations(success), failure: operations(failure) };
  return differs(said, { compare: [wanted?.target ?? '', true], success: operations(expect.success), failure: operations(expect.failure) });
}

/** `put`, `range`, `delete_range` of each operation, under the names of the wire or of the cases. */
const operations = (list: Json | undefined): string[] =>
  Array.isArray(list) ? list.flatMap((one) => (isObject(one) ? Object.keys(one).map((name) => name.replace(/^request_/, '')) : [])) : [];

function listPage(probe: Probe, expect: JsonObject): string | null {
  create(probe);
  probe.send({ method: 'POST', path: CONFIG_MAPS, body: { metadata: { name: 'b' } } });
  const { body } = probe.send({ method: 'GET', path: `${CONFIG_MAPS}?limit=1` });
  const { continue: token, resourceVersion } = (body as { metadata: { continue: string; resourceVersion: string } }).metadata;
  const [range] = asked(probe, () => probe.send({ method: 'GET', path: `${CONFIG_MAPS}?limit=1&continue=${token}` }));
  const wanted = { key: `${KEY}\0`, range_end: PREFIX_END, limit: 1, revision: Number(resourceVersion) };
  const named = differs(Object.keys(wanted), Object.keys(expect.range as JsonObject));
  return named ?? differs(range?.body ?? null, wanted);
}

/** An apiserver's own watch of a resource, which it opens at its start. */
function watchCreated(expect: JsonObject): string | null {
  const { records } = bareServer().sim.recorder;
  const created = records.flatMap(({ payload }) => {
    const request =
      payload.protocol === 'etcd' && payload.kind === 'request' && payload.rpc === 'Watch' ? payload.body.create_request : null;
    return isObject(request) && request.key === PREFIX.replace('default/', '') ? [request] : [];
  })[0];
  const { key, range_end, start_revision, ...flags } = created ?? {};
  const { key: _key, range_end: _end, start_revision: _start, ...wanted } = expect.watch_create as JsonObject;
  if (range_end !== '/registry/configmaps0' || !(Number(start_revision) > 1)) return JSON.stringify(created ?? key);
  return differs(flags, wanted);
}

/** A key that is none of an object's, by what a server writes. */
function specialKey(expect: string): string | null {
  const probe = bareServer();
  const service = { metadata: { name: 's' }, spec: { type: 'NodePort', ports: [{ port: 80 }] } };
  const written = asked(probe, () => {
    probe.send({ method: 'POST', path: '/api/v1/namespaces/default/services', body: service });
    probe.wait(5 * MINUTE + SECOND);
  });
  return JSON.stringify(written.filter(({ rpc }) => rpc === 'Txn')).includes(`"key":${JSON.stringify(expect)}`) ? null : 'not written';
}

const GROUPS: { readonly [group: string]: (input: never, expect: never) => string | null } = {
  key({ group, resource, namespace = '', name }: Named, expect: string) {
    const info = findResource(group, null, resource);
    return info === null ? `no resource ${resource}` : differs(storageKey(info, namespace, name), expect);
  },
  'special-key': (_what: string, expect: string) => specialKey(expect),
  'prepare-key': ({ resourcePrefix, key }: { resourcePrefix: string; key: string }, expect: { valid: boolean }) =>
    differs(preparedKey(resourcePrefix, key) !== null, expect.valid),
  txn,
  encoding: () => 'values are not bytes here',
};

export const adapter = judgedBy(GROUPS);
