// The cells of Jobs, CronJobs and HorizontalPodAutoscalers. Models the print functions of
// pkg/printers/internalversion/printers.go.
import type { JsonObject } from '../../base/json';
import { humanDuration } from '../duration';
import { parseTime } from '../time';
import {
  age,
  type Cell,
  containerCells,
  count,
  created,
  labelSelectorText,
  list,
  name,
  number,
  type Printed,
  type Printing,
  quantity,
  record,
  spec,
  status,
  text,
} from './cells';

export function jobCells(job: Printed, p: Printing): Cell[] {
  const { completions, parallelism, template, selector } = spec(job);
  const { startTime, completionTime, succeeded } = status(job);
  const done = number(succeeded);
  const wanted = typeof completions === 'number' ? `${completions}` : number(parallelism) > 1 ? `1 of ${number(parallelism)}` : '1';
  const started = parseTime(text(startTime));
  const ended = completionTime === undefined ? p.now : parseTime(text(completionTime));
  const duration = started === null || ended === null ? '' : humanDuration(ended - started);
  return [
    name(job),
    jobStatus(job),
    `${done}/${wanted}`,
    duration,
    created(job, p),
    ...(p.wide ? [...containerCells(template), labelSelectorText(selector)] : []),
  ];
}

function jobStatus(job: Printed): string {
  const has = (type: string): boolean => list(status(job)['conditions']).some((c) => c['type'] === type && c['status'] === 'True');
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (job.metadata.deletionTimestamp !== undefined) return 'Terminating';
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find(has) ?? 'Running';
}

export function cronJobCells(cron: Printed, p: Printing): Cell[] {
  const { schedule, timeZone, suspend, jobTemplate } = spec(cron);
  const { active, lastScheduleTime } = status(cron);
  const job = record(record(jobTemplate)['spec']);
  return [
    name(cron),
    text(schedule),
    text(timeZone) || '<none>',
    suspend === undefined ? '<unset>' : suspend ? 'True' : 'False',
    count(active),
    lastScheduleTime ? age(lastScheduleTime, p.now) : '<none>',
    created(cron, p),
    ...(p.wide ? [...containerCells(job['template']), labelSelectorText(job['selector'])] : []),
  ];
}

function metricText(metric: JsonObject, current: JsonObject | undefined): string {
  const type = text(metric['type']);
  const field = type.charAt(0).toLowerCase() + type.slice(1);
  if (!['external', 'pods', 'object', 'resource', 'containerResource'].includes(field)) return '<unknown type>';
  const source = record(metric[field]);
  const target = record(source['target']);
  const found = current?.[field] === undefined ? undefined : record(record(current[field])['current']);
  const average = target['averageValue'] !== undefined || field === 'pods';
  if (field === 'resource' || field === 'containerResource') {
    const percent = (value: unknown, otherwise: string): string => (typeof value === 'number' ? `${value}%` : otherwise);
    const [now, wanted] = average
      ? [quantity(found?.['averageValue']), quantity(target['averageValue'])]
      : [percent(found?.['averageUtilization'], '<unknown>'), percent(target['averageUtilization'], '<auto>')];
    return `${text(source['name'])}: ${now}/${wanted}`;
  }
  const key = average ? 'averageValue' : 'value';
  return `${quantity(found?.[key])}/${quantity(target[key])}${average && field !== 'pods' ? ' (avg)' : ''}`;
}

export function metricsText(autoscaler: Printed): string {
  const metrics = list(spec(autoscaler)['metrics']);
  if (metrics.length === 0) return '<none>';
  const current = list(status(autoscaler)['currentMetrics']);
  const texts = metrics.map((metric, i) => metricText(metric, current[i]));
  return texts.length > 2 ? `${texts.slice(0, 2).join(', ')} + ${texts.length - 2} more...` : texts.join(', ');
}
