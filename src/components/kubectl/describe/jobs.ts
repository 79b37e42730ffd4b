// describe job, cronjob, poddisruptionbudget, horizontalpodautoscaler. Models kubectl pkg/describe. Left out: metrics
// of pods, objects and outside, behaviour of an autoscaler.
import type { JsonObject } from '../../../base/json';
import { humanDuration } from '../../../machinery/duration';
import { controllerOf, metaOf } from '../../../machinery/object';
import { canonicalQuantity } from '../../../machinery/quantity';
import { type LabelSelector, selectorOf, selectorText } from '../../../machinery/selector';
import { parseTime } from '../../../machinery/time';
import type { PodTemplateSpec } from '../../../machinery/types';
import type { Describer } from './describing';
import { boolText, type Description, dateText, listOf, objectOf, textOf } from './description';
import { describePodTemplate, labelSelectorText } from './pod-template';

const orUnset = (object: JsonObject, name: string, unit = ''): string =>
  object[name] === undefined ? '<unset>' : `${textOf(object, name)}${unit}`;
const count = (object: JsonObject, name: string): string => textOf(object, name) || '0';

export const describeJob: Describer = function* (describing, object) {
  const events = yield* describing.events(object);
  const w = describing.begin();
  const spec = objectOf(object, 'spec');
  const status = objectOf(object, 'status');
  w.names(object);
  w.line(0, 'Selector:', selectorText(selectorOf(spec['selector'] as LabelSelector | undefined)));
  w.marks(object);
  const controller = controllerOf(object);
  if (controller !== null) w.line(0, 'Controlled By:', `${controller.kind}/${controller.name}`);
  const line = (title: string, from: JsonObject, name: string): void => {
    if (from[name] !== undefined) w.line(0, title, textOf(from, name));
  };
  line('Parallelism:', spec, 'parallelism');
  w.line(0, 'Completions:', orUnset(spec, 'completions'));
  line('Completion Mode:', spec, 'completionMode');
  line('Suspend:', spec, 'suspend');
  line('Backoff Limit:', spec, 'backoffLimit');
  line('TTL Seconds After Finished:', spec, 'ttlSecondsAfterFinished');
  describeTimes(w, status);
  if (spec['activeDeadlineSeconds'] !== undefined) w.line(0, 'Active Deadline Seconds:', orUnset(spec, 'activeDeadlineSeconds', 's'));
  const ready = status['ready'] === undefined ? '' : ` (${textOf(status, 'ready')} Ready)`;
  w.line(
    0,
    'Pods Statuses:',
    `${count(status, 'active')} Active${ready} / ${count(status, 'succeeded')} Succeeded / ${count(status, 'failed')} Failed`,
  );
  if (spec['completionMode'] === 'Indexed') w.line(0, 'Completed Indexes:', textOf(status, 'completedIndexes') || '<none>');
  describePodTemplate(w, objectOf(spec, 'template') as unknown as PodTemplateSpec);
  describing.describeEvents(w, events);
  return w;
};

function describeTimes(w: Description, status: JsonObject): void {
  const [start, end] = [textOf(status, 'startTime'), textOf(status, 'completionTime')];
  if (start !== '') w.line(0, 'Start Time:', dateText(start));
  if (end !== '') w.line(0, 'Completed At:', dateText(end));
  if (start !== '' && end !== '') w.line(0, 'Duration:', humanDuration((parseTime(end) ?? 0) - (parseTime(start) ?? 0)));
}

export const describeCronJob: Describer = function* (describing, object) {
  const events = yield* describing.events(object);
  const w = describing.begin();
  const spec = objectOf(object, 'spec');
  const status = objectOf(object, 'status');
  const job = objectOf(objectOf(spec, 'jobTemplate'), 'spec');
  w.names(object);
  w.marks(object);
  w.line(0, 'Schedule:', textOf(spec, 'schedule'));
  w.line(0, 'Concurrency Policy:', textOf(spec, 'concurrencyPolicy'));
  w.line(0, 'Suspend:', spec['suspend'] === undefined ? '<unset>' : boolText(spec['suspend']));
  w.line(0, 'Time Zone:', orUnset(spec, 'timeZone'));
  w.line(0, 'Successful Job History Limit:', orUnset(spec, 'successfulJobsHistoryLimit'));
  w.line(0, 'Failed Job History Limit:', orUnset(spec, 'failedJobsHistoryLimit'));
  w.line(0, 'Starting Deadline Seconds:', orUnset(spec, 'startingDeadlineSeconds', 's'));
  const selector = job['selector'] as LabelSelector | undefined;
  w.line(0, 'Selector:', selector === undefined ? '<unset>' : selectorText(selectorOf(selector)));
  w.line(0, 'Parallelism:', orUnset(job, 'parallelism'));
  w.line(0, 'Completions:', orUnset(job, 'completions'));
  if (job['activeDeadlineSeconds'] !== undefined) w.line(0, 'Active Deadline Seconds:', orUnset(job, 'activeDeadlineSeconds', 's'));
  describePodTemplate(w, objectOf(job, 'template') as unknown as PodTemplateSpec);
  const last = textOf(status, 'lastScheduleTime');
  w.line(0, 'Last Schedule Time:', last === '' ? '<unset>' : dateText(last));
  const active = listOf(status, 'active').map((reference) => textOf(reference, 'name'));
  w.line(0, 'Active Jobs:', active.join(', ') || '<none>');
  describing.describeEvents(w, events);
  return w;
};

export const describeDisruptionBudget: Describer = function* (describing, object) {
  const events = yield* describing.events(object);
  const w = describing.begin();
  const spec = objectOf(object, 'spec');
  const status = objectOf(object, 'status');
  w.names(object);
  if (spec['minAvailable'] !== undefined) w.line(0, 'Min available:', textOf(spec, 'minAvailable'));
  else if (spec['maxUnavailable'] !== undefined) w.line(0, 'Max unavailable:', textOf(spec, 'maxUnavailable'));
  const selector = spec['selector'] as LabelSelector | undefined;
  w.line(0, 'Selector:', selector === undefined ? '<unset>' : labelSelectorText(selector));
  w.line(0, 'Status:');
  w.line(2, 'Allowed disruptions:', count(status, 'disruptionsAllowed'));
  w.line(2, 'Current:', count(status, 'currentHealthy'));
  w.line(2, 'Desired:', count(status, 'desiredHealthy'));
  w.line(2, 'Total:', count(status, 'expectedPods'));
  describing.describeEvents(w, events);
  return w;
};

export const describeAutoscaler: Describer = function* (describing, object) {
  const events = yield* describing.events(object);
  const w = describing.begin();
  const spec = objectOf(object, 'spec');
  const status = objectOf(object, 'status');
  const target = objectOf(spec, 'scaleTargetRef');
  w.names(object);
  w.marks(object);
  w.line(0, 'CreationTimestamp:', dateText((metaOf(object) as { readonly creationTimestamp?: string }).creationTimestamp));
  w.line(0, 'Reference:', `${textOf(target, 'kind')}/${textOf(target, 'name')}`);
  w.line(0, 'Metrics:', '( current / target )');
  for (const [i, metric] of listOf(spec, 'metrics').entries()) describeMetric(w, metric, listOf(status, 'currentMetrics')[i]);
  w.line(0, 'Min replicas:', orUnset(spec, 'minReplicas'));
  w.line(0, 'Max replicas:', textOf(spec, 'maxReplicas'));
  w.line(0, `${textOf(target, 'kind')} pods:`, `${count(status, 'currentReplicas')} current / ${count(status, 'desiredReplicas')} desired`);
  const conditions = listOf(status, 'conditions');
  if (conditions.length > 0) {
    w.line(0, 'Conditions:');
    w.line(1, 'Type', 'Status', 'Reason', 'Message');
    w.line(1, '----', '------', '------', '-------');
    for (const c of conditions) w.line(1, textOf(c, 'type'), textOf(c, 'status'), textOf(c, 'reason'), textOf(c, 'message'));
  }
  describing.describeEvents(w, events);
  return w;
};

/** A resource of pods, or of one container of them. */
function describeMetric(w: Description, metric: JsonObject, now: JsonObject | undefined): void {
  const field = metric['type'] === 'ContainerResource' ? 'containerResource' : 'resource';
  const source = metric[field] as JsonObject | undefined;
  if (source === undefined) return w.line(1, `<unknown metric type "${textOf(metric, 'type')}">`);
  const current = objectOf(objectOf(now, field), 'current');
  const target = objectOf(source, 'target');
  const what = `resource ${textOf(source, 'name')}${field === 'resource' ? '' : ` of container "${textOf(source, 'container')}"`} on pods`;
  const average = textOf(current, 'averageValue');
  if (target['averageValue'] !== undefined)
    return w.line(1, `${what}:`, `${average || '<unknown>'} / ${canonicalQuantity(textOf(target, 'averageValue'))}`);
  const used = current['averageUtilization'] === undefined ? '<unknown>' : `${textOf(current, 'averageUtilization')}% (${average})`;
  const wanted = target['averageUtilization'] === undefined ? '<auto>' : `${textOf(target, 'averageUtilization')}%`;
  w.line(1, `${what}  (as a percentage of request):`, `${used} / ${wanted}`);
}
