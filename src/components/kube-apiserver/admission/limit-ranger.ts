// Defaults and limits of a namespace's LimitRanges. Models plugin/pkg/admission/limitranger/admission.go.
import { SECOND } from '../../../base/brand';
import type { Json } from '../../../base/json';
import { compareBytes } from '../../../base/order';
import {
  addQuantities,
  approximateQuantity,
  compareQuantities,
  parseQuantity,
  type Quantity,
  quantityText,
} from '../../../machinery/quantity';
import { aggregateText, forbidden } from '../../../machinery/status';
import type { Container, PodSpec, StringMap } from '../../../machinery/types';
import type { Task } from '../../../sim/task';
import { type Refusal, refuse } from '../refusal';
import { withMeta } from '../registry/meta';
import type { Versioned } from '../storage/versioner';
import { type AdmissionRequest, isPodCreate, type Needs, type Plugin } from './plugin';

export interface LimitItem {
  readonly type: string;
  readonly min?: StringMap;
  readonly max?: StringMap;
  readonly default?: StringMap;
  readonly defaultRequest?: StringMap;
  readonly maxLimitRequestRatio?: StringMap;
}

/** How long the answer to a live question is believed: liveTTL. */
const LIVE_US = 30 * SECOND;
const ANNOTATION = 'kubernetes.io/limit-ranger';

export function limitRanger(needs: Needs): Plugin {
  const lookedUp = new Map<string, { readonly items: readonly Versioned[]; readonly until: number }>();
  const rangesIn = (namespace: string): readonly Versioned[] => {
    const cached = needs.cachedList('', 'limitranges', namespace);
    return cached.length > 0 ? cached : (lookedUp.get(namespace)?.items ?? []);
  };

  return {
    name: 'LimitRanger',
    /** The cache says there is none: it may not have heard yet, so the server asks itself. */
    *prepare(request): Task<Refusal | null> {
      if (!isPodCreate(request) && !isClaim(request)) return null;
      if (needs.cachedList('', 'limitranges', request.namespace).length > 0) return null;
      const known = lookedUp.get(request.namespace);
      if (known !== undefined && known.until >= needs.now()) return null;
      const items = yield* needs.loopbackList(`/api/v1/namespaces/${request.namespace}/limitranges`);
      lookedUp.set(request.namespace, { items, until: needs.now() + LIVE_US });
      return null;
    },
    mutate: (request, object) =>
      isPodCreate(request) ? rangesIn(request.namespace).reduce((pod, range) => withDefaults(pod, itemsOf(range)), object) : object,
    validate(request, object): Refusal | null {
      if (object === null || (!isPodCreate(request) && !isClaim(request))) return null;
      for (const range of rangesIn(request.namespace)) {
        const texts = isClaim(request) ? claimProblems(object, itemsOf(range)) : podProblems(object, itemsOf(range));
        if (texts.length > 0) return refuse(forbidden(request.info, request.name, aggregateText(texts)));
      }
      return null;
    },
  };
}

const isClaim = ({ info, operation, subresource, old }: AdmissionRequest): boolean =>
  info.resource === 'persistentvolumeclaims' &&
  operation !== 'DELETE' &&
  subresource === '' &&
  old?.metadata.deletionTimestamp === undefined;

const itemsOf = (range: Versioned): readonly LimitItem[] =>
  (range.spec as { readonly limits?: readonly LimitItem[] } | undefined)?.limits ?? [];
const specOf = (pod: Versioned): PodSpec => pod.spec as unknown as PodSpec;

// ---- Defaults

export function withDefaults(pod: Versioned, items: readonly LimitItem[]): Versioned {
  const ofContainers = items.filter(({ type }) => type === 'Container');
  const requests: StringMap = Object.assign({}, ...ofContainers.map(({ defaultRequest }) => defaultRequest));
  const limits: StringMap = Object.assign({}, ...ofContainers.map((item) => item.default));
  const told: string[] = [];
  const completed = (containers: readonly Container[] | undefined, what: string): readonly Container[] | undefined =>
    containers?.map((container) => {
      const { resources = {} } = container;
      const missing = (given: StringMap = {}, defaults: StringMap): readonly string[] =>
        Object.keys(defaults)
          .filter((name) => given[name] === undefined)
          .sort(compareBytes);
      const [noRequest, noLimit] = [missing(resources.requests, requests), missing(resources.limits, limits)];
      if (noRequest.length > 0) told.push(`${noRequest.join(', ')} request for ${what} ${container.name}`);
      if (noLimit.length > 0) told.push(`${noLimit.join(', ')} limit for ${what} ${container.name}`);
      if (noRequest.length + noLimit.length === 0) return container;
      const merged = { requests: { ...requests, ...resources.requests }, limits: { ...limits, ...resources.limits } };
      return { ...container, resources: { ...resources, ...withoutEmpty(merged) } };
    });
  const containers = completed(specOf(pod).containers, 'container');
  const initContainers = completed(specOf(pod).initContainers, 'init container');
  if (told.length === 0) return pod;
  const annotations = { ...pod.metadata.annotations, [ANNOTATION]: `LimitRanger plugin set: ${told.join('; ')}` };
  const spec = { ...specOf(pod), containers, ...(initContainers === undefined ? {} : { initContainers }) };
  return { ...withMeta(pod, { annotations }), spec: spec as unknown as Json };
}

const withoutEmpty = (lists: { readonly [name: string]: StringMap }): { readonly [name: string]: StringMap } =>
  Object.fromEntries(Object.entries(lists).filter(([, list]) => Object.keys(list).length > 0));

// ---- Limits

type Amounts = { readonly [resource: string]: Quantity };
interface Asked {
  readonly requests: Amounts;
  readonly limits: Amounts;
}

/** What is wrong with a pod, in the server's words. */
export function podProblems(pod: Versioned, items: readonly LimitItem[]): readonly string[] {
  const { containers = [], initContainers = [] } = specOf(pod);
  return items.flatMap((item) => {
    if (item.type === 'Pod') return problemsOf(item, wholePod(specOf(pod)));
    return item.type === 'Container' ? [...containers, ...initContainers].flatMap((container) => problemsOf(item, askedBy(container))) : [];
  });
}

function claimProblems(claim: Versioned, items: readonly LimitItem[]): readonly string[] {
  const { resources } = (claim.spec ?? {}) as { readonly resources?: Container['resources'] };
  const requests = amounts(resources?.requests);
  return items
    .filter(({ type }) => type === 'PersistentVolumeClaim')
    .flatMap(({ type, min, max }) => [
      ...each(min, (name, least) => tooSmall(name, type, least, { requests, limits: {} })),
      ...each(max, (name, most) => tooLargeRequest(name, type, most, requests)),
    ]);
}

const problemsOf = ({ type, min, max, maxLimitRequestRatio }: LimitItem, asked: Asked): readonly string[] => [
  ...each(min, (name, least) => tooSmall(name, type, least, asked)),
  ...each(max, (name, most) => tooLarge(name, type, most, asked)),
  ...each(maxLimitRequestRatio, (name, ratio) => ratioProblem(name, type, ratio, asked)),
];

/** Go visits the map in any order; here by name. */
const each = (limits: StringMap | undefined, check: (name: string, limit: Quantity) => string | null): readonly string[] =>
  Object.entries(amounts(limits))
    .sort(([a], [b]) => compareBytes(a, b))
    .flatMap(([name, limit]) => check(name, limit) ?? []);

const more = (a: Quantity, b: Quantity): boolean => compareQuantities(a, b) > 0;

function tooSmall(name: string, type: string, least: Quantity, { requests, limits }: Asked): string | null {
  const text = `minimum ${name} usage per ${type} is ${quantityText(least)}`;
  const [request, limit] = [requests[name], limits[name]];
  if (request === undefined) return `${text}.  No request is specified`;
  if (more(least, request)) return `${text}, but request is ${quantityText(request)}`;
  return limit !== undefined && more(least, limit) ? `${text}, but limit is ${quantityText(limit)}` : null;
}

function tooLarge(name: string, type: string, most: Quantity, { requests, limits }: Asked): string | null {
  const text = `maximum ${name} usage per ${type} is ${quantityText(most)}`;
  const [request, limit] = [requests[name], limits[name]];
  if (limit === undefined) return `${text}.  No limit is specified`;
  if (more(limit, most)) return `${text}, but limit is ${quantityText(limit)}`;
  return request !== undefined && more(request, most) ? `${text}, but request is ${quantityText(request)}` : null;
}

function tooLargeRequest(name: string, type: string, most: Quantity, requests: Amounts): string | null {
  const text = `maximum ${name} usage per ${type} is ${quantityText(most)}`;
  const request = requests[name];
  if (request === undefined) return `${text}.  No request is specified`;
  return more(request, most) ? `${text}, but request is ${quantityText(request)}` : null;
}

function ratioProblem(name: string, type: string, most: Quantity, { requests, limits }: Asked): string | null {
  const text = `${name} max limit to request ratio per ${type} is ${quantityText(most)}`;
  const [request, limit] = [requests[name], limits[name]];
  if (request === undefined || request.nanos === 0n) return `${text}, but no request is specified or request is 0`;
  if (limit === undefined || limit.nanos === 0n) return `${text}, but no limit is specified or limit is 0`;
  const ratio = Number(limit.nanos) / Number(request.nanos);
  return ratio > approximateQuantity(most) ? `${text}, but provided ratio is ${ratio.toFixed(6)}` : null;
}

function amounts(list: StringMap = {}): Amounts {
  const parsed: { [resource: string]: Quantity } = {};
  for (const name in list) parsed[name] = parseQuantity(String(list[name])) ?? ZERO;
  return parsed;
}
const ZERO: Quantity = { nanos: 0n, format: 'DecimalSI' };

const askedBy = ({ resources = {} }: Container): Asked => ({ requests: amounts(resources.requests), limits: amounts(resources.limits) });

/** What all containers ask at once, or the most that starting them takes. */
function wholePod(spec: PodSpec): Asked {
  const sum = (which: 'requests' | 'limits'): Amounts => {
    const of = (container: Container): Amounts => askedBy(container)[which];
    let total = spec.containers.reduce<Amounts>((all, container) => combined(all, of(container), addQuantities), {});
    let sidecars: Amounts = {};
    let starting: Amounts = {};
    for (const container of spec.initContainers ?? []) {
      const asked = combined(sidecars, of(container), addQuantities);
      if (container.restartPolicy === 'Always') {
        total = combined(total, of(container), addQuantities);
        sidecars = asked;
      }
      starting = combined(starting, asked, larger);
    }
    return combined(total, starting, larger);
  };
  return { requests: sum('requests'), limits: sum('limits') };
}

const larger = (a: Quantity, b: Quantity): Quantity => (more(b, a) ? b : a);

function combined(a: Amounts, b: Amounts, join: (a: Quantity, b: Quantity) => Quantity): Amounts {
  const result: { [resource: string]: Quantity } = { ...a };
  for (const name in b) {
    const [own, other] = [a[name], b[name]];
    if (other !== undefined) result[name] = own === undefined ? other : join(own, other);
  }
  return result;
}
