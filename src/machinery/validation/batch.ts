// Jobs and CronJobs. Models pkg/apis/batch/validation. Left out: failure and success policies, managedBy, time zones.
import type { Json, JsonObject } from '../../base/json';
import { labelSelectorAsSelector, matchesSelector } from '../selector';
import type { KubeObject, LabelSelector, PodTemplateSpec } from '../types';
import { scheduleError } from './cron-schedule';
import { type Findings, sortedMap } from './findings';
import { subdomainName, validateImmutable, validateLabelSelector, validateMeta, validateMetaUpdate } from './meta';
import { validatePodTemplate } from './pod';

interface JobSpec {
  readonly parallelism?: number;
  readonly completions?: number;
  readonly activeDeadlineSeconds?: number;
  readonly backoffLimit?: number;
  readonly ttlSecondsAfterFinished?: number;
  readonly completionMode?: string;
  readonly podReplacementPolicy?: string;
  readonly manualSelector?: boolean;
  readonly selector?: LabelSelector;
  readonly template: PodTemplateSpec;
}
export interface Job extends KubeObject {
  readonly spec: JobSpec;
}
export interface CronJob extends KubeObject {
  readonly spec: {
    readonly schedule: string;
    readonly timeZone?: string;
    readonly startingDeadlineSeconds?: number;
    readonly concurrencyPolicy?: string;
    readonly successfulJobsHistoryLimit?: number;
    readonly failedJobsHistoryLimit?: number;
    readonly jobTemplate: { readonly spec: JobSpec };
  };
}

const COUNTS = ['parallelism', 'completions', 'activeDeadlineSeconds', 'backoffLimit', 'ttlSecondsAfterFinished'] as const;
const MAX_CRON_NAME = 52;
export const UID_LABEL = 'batch.kubernetes.io/controller-uid';

export function validateJob(found: Findings, job: Job): void {
  validateWhole(found, job, true);
}

/** `prefixed`: the labels with a domain are asked for too. */
function validateWhole(found: Findings, job: Job, prefixed: boolean): void {
  validateMeta(found, job.metadata, true, subdomainName);
  generatedSelector(found, job, prefixed);
  validateJobSpec(found, job.spec);
}

function validateJobSpec(found: Findings, spec: JobSpec): void {
  jobSpec(found, 'spec', spec);
  if (spec.selector === undefined) found.required('spec.selector');
  else validateLabelSelector(found, 'spec.selector', spec.selector);
  const selector = labelSelectorAsSelector(spec.selector);
  const { labels } = spec.template.metadata ?? {};
  if (selector.ok && !matchesSelector(selector.value, labels))
    found.invalid('spec.template.metadata.labels', sortedMap(labels), '`selector` does not match template `labels`');
}

/** Labels and selector that the server made must say whose pods they are. */
function generatedSelector(found: Findings, { metadata, spec }: Job, prefixed: boolean): void {
  if (spec.manualSelector === true || spec.selector === undefined) return;
  if (!metadata.uid) found.required('metadata.uid');
  const expected = generatedLabels(metadata.name, metadata.uid ?? '');
  const labels = spec.template.metadata?.labels ?? {};
  for (const [key, value] of Object.entries(expected)) {
    if (!prefixed && key.includes('/')) continue;
    const path = `spec.template.metadata.labels[${key}]`;
    if (labels[key] === undefined) found.required(path, `must be '${value}'`);
    else if (labels[key] !== value) found.invalid(path, sortedMap(labels), `must be '${value}'`);
  }
  const selector = labelSelectorAsSelector(spec.selector);
  if (selector.ok && !matchesSelector(selector.value, expected))
    found.invalid('spec.selector', spec.selector as Json, '`selector` not auto-generated');
}

/** What a job's pods are labelled with. */
export const generatedLabels = (name: string, uid: string): { readonly [key: string]: string } => ({
  [UID_LABEL]: uid,
  'batch.kubernetes.io/job-name': name,
  'controller-uid': uid,
  'job-name': name,
});

function jobSpec(found: Findings, path: string, spec: JobSpec): void {
  for (const field of COUNTS) found.notNegative(`${path}.${field}`, spec[field]);
  found.oneOf(`${path}.completionMode`, spec.completionMode, ['Indexed', 'NonIndexed']);
  if (spec.completionMode === 'Indexed' && spec.completions === undefined)
    found.required(`${path}.completions`, 'when completion mode is Indexed');
  found.oneOf(`${path}.podReplacementPolicy`, spec.podReplacementPolicy, ['Failed', 'TerminatingOrFailed']);
  validatePodTemplate(found, `${path}.template`, spec.template);
  const policy = spec.template.spec.restartPolicy;
  const at = `${path}.template.spec.restartPolicy`;
  if (!policy || policy === 'Always') found.required(at, 'valid values: "OnFailure", "Never"');
  else found.oneOf(at, policy, ['OnFailure', 'Never']);
}

export function validateJobUpdate(found: Findings, next: Job, old: Job): void {
  // A job from before the labels had a domain stays without.
  validateWhole(found, next, old.spec.template.metadata?.labels?.[UID_LABEL] !== undefined);
  validateMetaUpdate(found, next.metadata, old.metadata);
  const indexed = next.spec.completionMode === 'Indexed' && next.spec.completions === next.spec.parallelism;
  for (const field of ['completions', 'selector', 'template', 'completionMode'] as const) {
    if (field === 'completions' && indexed) continue;
    validateImmutable(found, `spec.${field}`, next.spec[field] as Json | undefined, old.spec[field] as Json | undefined);
  }
}

export function validateCronJob(found: Findings, job: CronJob): void {
  const { name } = job.metadata;
  validateMeta(found, job.metadata, true, subdomainName);
  cronJobSpec(found, job.spec);
  if (name.length > MAX_CRON_NAME) found.invalid('metadata.name', name, `must be no more than ${MAX_CRON_NAME} characters`);
}

export function validateCronJobUpdate(found: Findings, next: CronJob, old: CronJob): void {
  validateMetaUpdate(found, next.metadata, old.metadata);
  cronJobSpec(found, next.spec);
}

function cronJobSpec(found: Findings, spec: CronJob['spec']): void {
  const { schedule, jobTemplate } = spec;
  if (!schedule) found.required('spec.schedule');
  else {
    const problem = scheduleError(schedule);
    if (problem !== null) found.invalid('spec.schedule', schedule, problem);
    if (schedule.includes('TZ'))
      found.invalid('spec.schedule', schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead');
  }
  found.notNegative('spec.startingDeadlineSeconds', spec.startingDeadlineSeconds);
  found.oneOfRequired('spec.concurrencyPolicy', spec.concurrencyPolicy, ['Allow', 'Forbid', 'Replace']);
  const { selector, manualSelector } = jobTemplate.spec;
  jobSpec(found, 'spec.jobTemplate.spec', jobTemplate.spec);
  if (selector !== undefined) found.invalid('spec.jobTemplate.spec.selector', selector as JsonObject, '`selector` will be auto-generated');
  if (manualSelector === true) found.notSupported('spec.jobTemplate.spec.manualSelector', true, ['nil', 'false']);
  found.notNegative('spec.successfulJobsHistoryLimit', spec.successfulJobsHistoryLimit);
  found.notNegative('spec.failedJobsHistoryLimit', spec.failedJobsHistoryLimit);
}
