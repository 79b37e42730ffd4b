// Pod Security: a namespace's labels say which level its pods must keep to, and of which to warn.
// Models k8s.io/pod-security-admission admission/admission.go and api/helpers.go. Exempt is nobody.
import type { Json, JsonObject } from '../../../base/json';
import { isObject, jsonEqual } from '../../../base/json';
import { compareBytes } from '../../../base/order';
import { forbidden, invalid } from '../../../machinery/status';
import type { StringMap } from '../../../machinery/types';
import { Findings } from '../../../machinery/validation/findings';
import { type Refusal, refuse } from '../refusal';
import type { Versioned } from '../storage/versioner';
import type { AdmissionRequest, Needs, Plugin } from './plugin';
import { LATEST_MINOR, type PodLike, type Violation, violationsOf } from './pod-security-checks';

type Level = 'privileged' | 'baseline' | 'restricted';
interface LevelVersion {
  readonly level: Level;
  /** `latest`, `v1.30`. */
  readonly version: string;
}
type Mode = 'enforce' | 'audit' | 'warn';
type Policy = { readonly [mode in Mode]: LevelVersion };

const PREFIX = 'pod-security.kubernetes.io/';
const LEVELS: readonly Level[] = ['privileged', 'baseline', 'restricted'];
const MAX_PODS = 3_000;
const PODLESS_SUBRESOURCES = ['exec', 'attach', 'binding', 'eviction', 'log', 'portforward', 'proxy', 'status'];
/** Where a workload keeps the template of its pods. */
const TEMPLATES: { readonly [groupResource: string]: readonly string[] } = {
  '/replicationcontrollers': ['spec', 'template'],
  '/podtemplates': ['template'],
  'apps/replicasets': ['spec', 'template'],
  'apps/deployments': ['spec', 'template'],
  'apps/statefulsets': ['spec', 'template'],
  'apps/daemonsets': ['spec', 'template'],
  'batch/jobs': ['spec', 'template'],
  'batch/cronjobs': ['spec', 'jobTemplate', 'spec', 'template'],
};

export const podSecurity = (needs: Needs): Plugin => ({
  name: 'PodSecurity',
  validate(request, object): Refusal | null {
    const { info, operation, subresource } = request;
    if (object === null || operation === 'DELETE') return null;
    if (info.group === '' && info.resource === 'namespaces') return subresource === '' ? ofNamespace(needs, request, object) : null;
    if (info.group === '' && info.resource === 'pods')
      return PODLESS_SUBRESOURCES.includes(subresource) ? null : ofPod(needs, request, object);
    const path = subresource === '' ? TEMPLATES[`${info.group}/${info.resource}`] : undefined;
    const template = path?.reduce<Json | undefined>((value, field) => (isObject(value) ? value[field] : undefined), object);
    return isObject(template) ? judge(needs, request, template as PodLike, false) : null;
  },
});

function ofPod(needs: Needs, request: AdmissionRequest, pod: Versioned): Refusal | null {
  const { old, operation } = request;
  return operation === 'UPDATE' && old !== null && !isSignificant(pod, old) ? null : judge(needs, request, pod as PodLike, true);
}

/** The only changes of a pod that the checks could see: images, and ephemeral containers that were added. */
function isSignificant(pod: Versioned, old: Versioned): boolean {
  if (pod.spec === old.spec) return false;
  const seen = ({ spec }: Versioned): Json =>
    ['containers', 'initContainers', 'ephemeralContainers'].flatMap((list) =>
      ((((spec ?? {}) as JsonObject)[list] as readonly JsonObject[] | undefined) ?? []).map(({ name, image }) => [
        name ?? null,
        image ?? null,
      ]),
    );
  return !jsonEqual(seen(pod), seen(old));
}

function judge(needs: Needs, request: AdmissionRequest, pod: PodLike, enforced: boolean): Refusal | null {
  const labels = needs.cached('', 'namespaces', '', request.namespace)?.metadata.labels;
  const { policy } = policyOf(labels);
  const { annotations, warnings, info, name } = request;
  if (enforced) {
    annotations[`${PREFIX}enforce-policy`] = textOf(policy.enforce);
    const found = violations(policy.enforce, pod);
    if (found.length > 0) return refuse(forbidden(info, name, `violates PodSecurity "${textOf(policy.enforce)}": ${detailsOf(found)}`));
  }
  const would = (mode: 'audit' | 'warn'): string | null => {
    const found = violations(policy[mode], pod);
    return found.length === 0 ? null : `would violate PodSecurity "${textOf(policy[mode])}": ${detailsOf(found)}`;
  };
  const [audit, warning] = [would('audit'), would('warn')];
  if (audit !== null) annotations[`${PREFIX}audit-violations`] = audit;
  if (warning !== null) warnings.push(warning);
  return null;
}

const violations = ({ level, version }: LevelVersion, pod: PodLike): readonly Violation[] =>
  level === 'privileged' ? NONE : violationsOf(pod, level, version === 'latest' ? LATEST_MINOR : Number(version.slice('v1.'.length)));
const NONE: readonly Violation[] = [];

const textOf = ({ level, version }: LevelVersion): string => `${level}:${version}`;
const detailsOf = (found: readonly Violation[]): string =>
  found.map(({ reason, detail }) => (detail === '' ? reason : `${reason} (${detail})`)).join(', ');

// ---- Policies

const DEFAULT: LevelVersion = { level: 'privileged', version: 'latest' };
const DEFAULTS: Policy = { enforce: DEFAULT, audit: DEFAULT, warn: DEFAULT };

/** What labels say; where they are wrong, what is believed instead is the strictest to enforce, and nothing else. */
function policyOf(labels: StringMap | undefined): { readonly policy: Policy; readonly found: Findings } {
  const found = new Findings();
  if (labels === undefined) return { policy: DEFAULTS, found };
  const of = (mode: Mode): LevelVersion => {
    let { level, version } = DEFAULT;
    const [levelKey, versionKey] = [PREFIX + mode, `${PREFIX}${mode}-version`];
    const [wantedLevel, wantedVersion] = [labels[levelKey], labels[versionKey]];
    if (wantedLevel !== undefined) {
      const known = LEVELS.find((candidate) => candidate === wantedLevel);
      if (known === undefined) found.invalid(`metadata.labels[${levelKey}]`, wantedLevel, `must be one of ${LEVELS.join(', ')}`);
      level = known ?? (mode === 'enforce' ? 'restricted' : 'privileged');
    }
    if (wantedVersion !== undefined) {
      const good = wantedVersion === 'latest' || /^v1\.([0-9]|[1-9][0-9]*)$/.test(wantedVersion);
      if (!good) found.invalid(`metadata.labels[${versionKey}]`, wantedVersion, 'must be "latest" or "v1.x"');
      version = good ? wantedVersion : 'latest';
    }
    return { level, version };
  };
  return { policy: { enforce: of('enforce'), audit: of('audit'), warn: of('warn') }, found };
}

// ---- Namespaces

function ofNamespace(needs: Needs, request: AdmissionRequest, namespace: Versioned): Refusal | null {
  const { operation, old, info, warnings } = request;
  const { policy, found } = policyOf(namespace.metadata.labels);
  const before = policyOf(old?.metadata.labels);
  const known = before.found.errors.map(({ field, value }) => `${field} ${String(value)}`);
  const changed = found.errors.some(({ field, value }) => !known.includes(`${field} ${String(value)}`));
  if (changed) return refuse(invalid(info.group, info.kind, namespace.metadata.name, found.errors));
  if (operation === 'CREATE') return null;
  const [next, last] = [policy.enforce, before.policy.enforce];
  if (next.level === 'privileged' || textOf(next) === textOf(last)) return null;
  if (next.version === last.version && LEVELS.indexOf(next.level) <= LEVELS.indexOf(last.level)) return null;
  warnings.push(...existingPods(needs.cachedList('', 'pods', namespace.metadata.name), namespace.metadata.name, next));
  return null;
}

/** Warnings of pods that are there already. */
function existingPods(pods: readonly Versioned[], namespace: string, enforce: LevelVersion): readonly string[] {
  const byReasons = new Map<string, string[]>();
  for (const pod of pods.slice(0, MAX_PODS)) {
    const reasons = violations(enforce, pod as PodLike)
      .map(({ reason }) => reason)
      .join(', ');
    if (reasons !== '') byReasons.set(reasons, [...(byReasons.get(reasons) ?? []), pod.metadata.name]);
  }
  const lines = [...byReasons].map(([reasons, names]) => {
    const [first = ''] = [...names].sort(compareBytes);
    const others = names.length - 1;
    return `${first}${others === 0 ? '' : ` (and ${others} other pod${others === 1 ? '' : 's'})`}: ${reasons}`;
  });
  if (lines.length === 0) return [];
  const text = `existing pods in namespace "${namespace}" violate the new PodSecurity enforce level "${textOf(enforce)}"`;
  return [text, ...lines.sort(compareBytes)];
}
