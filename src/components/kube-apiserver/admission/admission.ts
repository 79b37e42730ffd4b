// The plugins in their order, and what they did to one object. Models pkg/kubeapiserver/options/plugins.go
// (the default set) and apiserver pkg/admission/chain.go. Left out: webhooks, policies, quota.
import type { JsonObject } from '../../../base/json';
import type { Task } from '../../../sim/task';
import { Refusal } from '../refusal';
import type { Versioned } from '../storage/versioner';
import { limitRanger } from './limit-ranger';
import { namespaceLifecycle } from './namespace-lifecycle';
import { nodeRestriction } from './node-restriction';
import type { AdmissionRequest, Needs, Plugin } from './plugin';
import {
  defaultTolerationSeconds,
  extendedResourceToleration,
  priority,
  runtimeClass,
  storageObjectInUseProtection,
  taintNodesByCondition,
} from './pod-defaults';
import { podSecurity } from './pod-security';
import { serviceAccount } from './service-account';

/** What a stage leaves in the request's chain record. */
export interface Admitted<T> {
  readonly result: T | Refusal;
  readonly plugins: readonly JsonObject[];
}

/** In the order in which they run; `enabled` names those to run that are off by default. */
export const pluginsOf = (needs: Needs, enabled: readonly string[] = []): readonly Plugin[] => [
  namespaceLifecycle(needs),
  limitRanger(needs),
  serviceAccount(needs),
  nodeRestriction(needs),
  taintNodesByCondition,
  podSecurity(needs),
  priority(needs),
  defaultTolerationSeconds,
  ...(enabled.includes(extendedResourceToleration.name) ? [extendedResourceToleration] : []),
  storageObjectInUseProtection,
  runtimeClass(needs),
];

export class Admission {
  private readonly plugins: readonly Plugin[];

  constructor(needs: Needs, enabled: readonly string[] = []) {
    this.plugins = pluginsOf(needs, enabled);
  }

  /** What plugins must look up before they can decide on a new object. */
  *prepare(request: AdmissionRequest, object: Versioned): Task<Admitted<null>> {
    for (const plugin of this.plugins) {
      const refusal = plugin.prepare ? yield* plugin.prepare(request, object) : null;
      if (refusal !== null) return { result: refusal, plugins: [refused(plugin, refusal)] };
    }
    return { result: null, plugins: NONE };
  }

  mutate(request: AdmissionRequest, object: Versioned): Admitted<Versioned> {
    let plugins: JsonObject[] | null = null;
    let current = object;
    for (const plugin of this.plugins) {
      const next = plugin.mutate?.(request, current) ?? current;
      if (next instanceof Refusal) return { result: next, plugins: [...(plugins ?? NONE), refused(plugin, next)] };
      if (next !== current) (plugins ??= []).push({ name: plugin.name, changed: changedPaths(current, next) });
      current = next;
    }
    return { result: current, plugins: plugins ?? NONE };
  }

  validate(request: AdmissionRequest, object: Versioned | null): Admitted<null> {
    for (const plugin of this.plugins) {
      const refusal = plugin.validate?.(request, object) ?? null;
      if (refusal !== null) return { result: refusal, plugins: [refused(plugin, refusal)] };
    }
    return { result: null, plugins: NONE };
  }
}

const NONE: readonly JsonObject[] = [];
const refused = (plugin: Plugin, refusal: Refusal): JsonObject => ({ name: plugin.name, refused: refusal.status.message ?? '' });

/** Members of spec and metadata that were replaced. */
function changedPaths(before: Versioned, after: Versioned): string[] {
  const paths: string[] = [];
  for (const part of ['metadata', 'spec'] as const) {
    const old = (before[part] ?? {}) as JsonObject;
    const next = (after[part] ?? {}) as JsonObject;
    if (old !== next) for (const field in next) if (next[field] !== old[field]) paths.push(`${part}.${field}`);
  }
  return paths;
}
