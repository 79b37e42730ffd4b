// Makes src/components/kube-apiserver/bootstrap/objects.json from ../shared/vectors/real-bootstrap.json: the
// objects that a real apiserver writes when it finds an empty store, in the order of real-startup.json.
// Run: node src/node/run.mjs generate-bootstrap
import { readFileSync, writeFileSync } from 'node:fs';

interface Recorded {
  readonly aggregationRule?: unknown;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}
const vectors = '../shared/vectors';
const bootstrap = JSON.parse(readFileSync(`${vectors}/real-bootstrap.json`, 'utf8')) as {
  readonly [resource: string]: readonly Recorded[];
};
const startup = JSON.parse(readFileSync(`${vectors}/real-startup.json`, 'utf8')) as {
  readonly etcdWritesOfAnEmptyClusterStart: readonly { readonly key: string; readonly rev: number }[];
};
const firstWrite = new Map<string, number>();
for (const { key, rev } of startup.etcdWritesOfAnEmptyClusterStart) {
  const name = key.replace(/^\/registry\/(apiregistration\.k8s\.io\/)?/, '');
  if (!firstWrite.has(name)) firstWrite.set(name, rev);
}
const RESOURCES = [
  'prioritylevelconfigurations',
  'flowschemas',
  'apiservices',
  'priorityclasses',
  'clusterroles',
  'clusterrolebindings',
  'roles',
  'rolebindings',
];
const objects: { [resource: string]: readonly Recorded[] } = {};
for (const resource of RESOURCES) {
  const order = ({ metadata: { namespace, name } }: Recorded): number =>
    firstWrite.get([resource, namespace, name].filter(Boolean).join('/')) ?? 1e9;
  const first = (bootstrap[resource] ?? []).filter((object) => order(object) < 1e9).sort((a, b) => order(a) - order(b));
  // The rules of aggregated roles are filled in by their controller.
  objects[resource] = first.map((object) => (object.aggregationRule === undefined ? object : { ...object, rules: null }));
}
const lines = Object.entries(objects).map(
  ([resource, list]) => `${JSON.stringify(resource)}:[\n${list.map((object) => JSON.stringify(object)).join(',\n')}]`,
);
writeFileSync('src/components/kube-apiserver/bootstrap/objects.json', `{${lines.join(',\n')}}\n`);
