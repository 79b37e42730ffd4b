// describe persistentvolume, persistentvolumeclaim, storageclass. Models kubectl pkg/describe and pkg/util/storage.
// Left out: topologies.
import type { JsonObject } from '../../../base/json';
import { compareBytes } from '../../../base/order';
import { metaOf } from '../../../machinery/object';
import { canonicalQuantity } from '../../../machinery/quantity';
import type { StringMap } from '../../../machinery/types';
import type { Describer } from './describing';
import { boolText, type Description, dateText, labelsText, listOf, objectOf, textOf } from './description';
import { describeSource } from './volumes';

const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';
const classOf = (object: JsonObject): string =>
  metaOf(object).annotations?.[CLASS_ANNOTATION] ?? textOf(objectOf(object, 'spec'), 'storageClassName');

const MODES: readonly (readonly [mode: string, text: string])[] = [
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
];
const modesText = (modes: unknown): string =>
  MODES.filter(([mode]) => (modes as readonly string[] | undefined)?.includes(mode))
    .map(([, text]) => text)
    .join(',');

function describePhase(w: Description, object: JsonObject): void {
  const { deletionTimestamp } = metaOf(object);
  const phase = textOf(objectOf(object, 'status'), 'phase');
  w.line(0, 'Status:', deletionTimestamp ? `Terminating (lasts ${w.since(deletionTimestamp)})` : phase);
}

export const describeVolume: Describer = function* (describing, object) {
  const events = yield* describing.events(object);
  const w = describing.begin();
  const spec = objectOf(object, 'spec');
  const claim = objectOf(spec, 'claimRef');
  w.names(object, false);
  w.marks(object);
  w.line(0, 'Finalizers:', `[${metaOf(object).finalizers?.join(' ') ?? ''}]`);
  w.line(0, 'StorageClass:', classOf(object));
  describePhase(w, object);
  w.line(0, 'Claim:', claim['name'] === undefined ? '' : `${textOf(claim, 'namespace')}/${textOf(claim, 'name')}`);
  w.line(0, 'Reclaim Policy:', textOf(spec, 'persistentVolumeReclaimPolicy'));
  w.line(0, 'Access Modes:', modesText(spec['accessModes']));
  if (spec['volumeMode'] !== undefined) w.line(0, 'VolumeMode:', textOf(spec, 'volumeMode'));
  w.line(0, 'Capacity:', canonicalQuantity(textOf(objectOf(spec, 'capacity'), 'storage') || '0'));
  describeAffinity(w, objectOf(spec, 'nodeAffinity')['required'] as JsonObject | undefined);
  w.line(0, 'Message:', textOf(objectOf(object, 'status'), 'message'));
  w.line(0, 'Source:');
  describeSource(w, spec);
  describing.describeEvents(w, events);
  return w;
};

function describeAffinity(w: Description, required: JsonObject | undefined): void {
  w.line(0, 'Node Affinity:', required === undefined ? '<none>' : '');
  if (required === undefined) return;
  const terms = listOf(required, 'nodeSelectorTerms');
  w.line(1, 'Required Terms:', terms.length === 0 ? '<none>' : '');
  for (const [i, term] of terms.entries()) {
    const expressions = listOf(term, 'matchExpressions');
    if (expressions.length === 0) w.line(2, `Term ${i}:`, '<none>');
    for (const [j, expression] of expressions.entries()) {
      const values = (expression['values'] ?? []) as readonly string[];
      const text = `${textOf(expression, 'key')} ${textOf(expression, 'operator').toLowerCase()}`;
      w.line(2, j === 0 ? `Term ${i}:` : '', values.length > 0 ? `${text} [${values.join(', ')}]` : text);
    }
  }
}

export const describeClaim: Describer = function* (describing, object) {
  const { name = '', namespace = '', labels, annotations, finalizers } = metaOf(object);
  const pods = yield* describing.list('v1', 'Pod', namespace);
  const events = yield* describing.events(object);
  const w = describing.begin();
  const spec = objectOf(object, 'spec');
  const status = objectOf(object, 'status');
  const bound = textOf(spec, 'volumeName') !== '';
  w.names(object);
  w.line(0, 'StorageClass:', classOf(object));
  describePhase(w, object);
  w.line(0, 'Volume:', textOf(spec, 'volumeName'));
  w.labels('Labels', labels);
  w.annotations('Annotations', annotations);
  w.line(0, 'Finalizers:', `[${finalizers?.join(' ') ?? ''}]`);
  w.line(0, 'Capacity:', bound ? canonicalQuantity(textOf(objectOf(status, 'capacity'), 'storage') || '0') : '');
  w.line(0, 'Access Modes:', bound ? modesText(status['accessModes']) : '');
  if (spec['volumeMode'] !== undefined) w.line(0, 'VolumeMode:', textOf(spec, 'volumeMode'));
  const source = objectOf(spec, 'dataSource');
  if (source['name'] !== undefined) {
    w.line(0, 'DataSource:');
    if (source['apiGroup'] !== undefined) w.line(1, 'APIGroup:', textOf(source, 'apiGroup'));
    w.line(1, 'Kind:', textOf(source, 'kind'));
    w.line(1, 'Name:', textOf(source, 'name'));
  }
  w.list('Used By', usersOf(pods, name));
  describeConditions(w, listOf(status, 'conditions'));
  describing.describeEvents(w, events);
  return w;
};

const usersOf = (pods: readonly JsonObject[], claim: string): string[] =>
  pods
    .filter((pod) => listOf(objectOf(pod, 'spec'), 'volumes').some((v) => objectOf(v, 'persistentVolumeClaim')['claimName'] === claim))
    .map((pod) => metaOf(pod).name ?? '')
    .sort(compareBytes);

function describeConditions(w: Description, conditions: readonly JsonObject[]): void {
  if (conditions.length === 0) return;
  w.line(0, 'Conditions:');
  w.line(1, 'Type', 'Status', 'LastProbeTime', 'LastTransitionTime', 'Reason', 'Message');
  w.line(1, '----', '------', '-----------------', '------------------', '------', '-------');
  for (const c of conditions) {
    const dates = [dateText(textOf(c, 'lastProbeTime')), dateText(textOf(c, 'lastTransitionTime'))];
    w.line(1, ...[textOf(c, 'type'), textOf(c, 'status'), ...dates, textOf(c, 'reason')].map((cell) => `${cell} `), textOf(c, 'message'));
  }
}

export const describeStorageClass: Describer = function* (describing, object) {
  const events = yield* describing.events(object);
  const w = describing.begin();
  const { annotations } = metaOf(object);
  const isDefault = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'].some(
    (key) => annotations?.[key] === 'true',
  );
  w.names(object, false);
  w.line(0, 'IsDefaultClass:', isDefault ? 'Yes' : 'No');
  w.line(0, 'Annotations:', labelsText(annotations));
  w.line(0, 'Provisioner:', textOf(object, 'provisioner'));
  w.line(0, 'Parameters:', labelsText(objectOf(object, 'parameters') as StringMap));
  const expansion = object['allowVolumeExpansion'];
  w.line(0, 'AllowVolumeExpansion:', expansion === undefined ? '<unset>' : boolText(expansion));
  const options = (object['mountOptions'] ?? []) as readonly string[];
  w.line(0, 'MountOptions:', ...(options.length === 0 ? ['<none>'] : []));
  for (const option of options) w.line(1, option);
  if (object['reclaimPolicy'] !== undefined) w.line(0, 'ReclaimPolicy:', textOf(object, 'reclaimPolicy'));
  if (object['volumeBindingMode'] !== undefined) w.line(0, 'VolumeBindingMode:', textOf(object, 'volumeBindingMode'));
  describing.describeEvents(w, events);
  return w;
};
