// A pod template as `rollout history --revision` and describe print it, and what it shares with a pod.
// Models kubectl pkg/describe: DescribePodTemplate.
import { simTime } from '../../../base/brand';
import type { JsonObject } from '../../../base/json';
import { compareBytes } from '../../../base/order';
import { type LabelSelector, selectorOf, selectorText } from '../../../machinery/selector';
import type { PodSpec, PodTemplateSpec, Toleration } from '../../../machinery/types';
import { describeContainers, type Place } from './containers';
import { Description } from './description';
import { describeVolumes } from './volumes';

const TEMPLATE: Place = { pod: null, space: '  ' };

export function describePodTemplate(w: Description, template: PodTemplateSpec): void {
  const { metadata, spec } = template;
  w.line(0, 'Pod Template:');
  w.labels('  Labels', metadata?.labels);
  if (Object.keys(metadata?.annotations ?? {}).length > 0) w.annotations('  Annotations', metadata?.annotations);
  if (spec.serviceAccountName) w.line(1, 'Service Account:', spec.serviceAccountName);
  if (spec.initContainers?.length) describeContainers(w, 'Init Containers', spec.initContainers, [], TEMPLATE);
  describeContainers(w, 'Containers', spec.containers ?? [], [], TEMPLATE);
  describeVolumes(w, (spec.volumes ?? []) as unknown as readonly JsonObject[], '  ');
  describeSpread(w, spec, '  ');
  if (spec.priorityClassName) w.line(1, 'Priority Class Name:', spec.priorityClassName);
  w.labels('  Node-Selectors', spec.nodeSelector);
  w.list('  Tolerations', tolerationTexts(spec.tolerations));
}

export function describeSpread(w: Description, spec: PodSpec, space: '' | '  '): void {
  const texts = [...(spec.topologySpreadConstraints ?? [])]
    .sort((a, b) => compareBytes(a.topologyKey, b.topologyKey))
    .map(({ topologyKey, whenUnsatisfiable, maxSkew, labelSelector }) => {
      const selector = labelSelector === undefined ? '' : ` for selector ${labelSelectorText(labelSelector)}`;
      return `${topologyKey}:${whenUnsatisfiable} when max skew ${maxSkew} is exceeded${selector}`;
    });
  if (texts.length > 0) w.list(`${space}Topology Spread Constraints`, texts);
}

export const tolerationTexts = (tolerations: readonly Toleration[] = []): string[] =>
  [...tolerations]
    .sort((a, b) => compareBytes(a.key ?? '', b.key ?? ''))
    .map(({ key = '', value = '', effect = '', operator, tolerationSeconds }) => {
      const what = `${key}${value === '' ? '' : `=${value}`}${effect === '' ? '' : `:${effect}`}`;
      const exists = operator === 'Exists' && value === '' ? `${what === '' ? '' : ' '}op=Exists` : '';
      return `${what}${exists}${tolerationSeconds === undefined ? '' : ` for ${tolerationSeconds}s`}`;
    });

/** metav1.FormatLabelSelector. */
export const labelSelectorText = (selector: LabelSelector | undefined): string => selectorText(selectorOf(selector)) || '<none>';

/** With tabs as they are: `rollout history` lays nothing out. */
export function podTemplateText(template: PodTemplateSpec): string {
  const w = new Description(simTime(0));
  describePodTemplate(w, template);
  return w.raw();
}
