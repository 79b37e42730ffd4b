// What a deletion does to one object: it goes at once, or it is marked and waits for its grace or finalizers.
// Models apiserver pkg/registry/rest/delete.go (BeforeDelete) and generic/registry/store.go
// (deletionFinalizersForGarbageCollection, ShouldDeleteDuringUpdate).
import { SECOND, type SimTime, simTime } from '../../../base/brand';
import type { ResourceInfo } from '../../../machinery/resources';
import { conflict } from '../../../machinery/status';
import { parseTime, rfc3339 } from '../../../machinery/time';
import { type Refusal, refuse } from '../refusal';
import type { Versioned } from '../storage/versioner';
import { withField, withMeta } from './meta';
import type { Call } from './store';
import { finalizersOf } from './strategies/namespace';
import { strategyOf } from './strategy';

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: string;
  readonly orphanDependents?: boolean;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: readonly string[];
}
export interface Deleted {
  readonly object: Versioned;
  /** False: it is marked and still there. True of an object that is another than the stored one: it is written like that
   *  and then taken away, so that watchers see its grace end (store.go, updateForGracefulDeletionAndFinalizers). */
  readonly gone: boolean;
}

const ORPHAN = 'orphan';
const FOREGROUND = 'foregroundDeletion';

export function preconditionsOf({ info, name }: Call, { preconditions }: DeleteOptions, current: Versioned): Refusal | null {
  const { uid, resourceVersion } = preconditions ?? {};
  const target = { group: info.group, resource: info.kind };
  if (uid && uid !== current.metadata.uid) {
    return refuse(
      conflict(
        target,
        name,
        `the UID in the precondition (${uid}) does not match the UID in record (${current.metadata.uid ?? ''}). The object might have been deleted and then recreated`,
      ),
    );
  }
  if (resourceVersion && resourceVersion !== current.metadata.resourceVersion) {
    return refuse(
      conflict(
        target,
        name,
        `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${current.metadata.resourceVersion ?? ''}). The object might have been modified`,
      ),
    );
  }
  return null;
}

/** The object as it is to be written, or gone. */
export function planDeletion(info: ResourceInfo, current: Versioned, options: DeleteOptions, now: SimTime): Deleted {
  if (info.group === '' && info.resource === 'namespaces') return planNamespace(current, now);
  const finalizers = finalizersAfter(info, current, options);
  const object =
    finalizers === current.metadata.finalizers
      ? current
      : withMeta(current, { finalizers: finalizers.length > 0 ? finalizers : undefined });
  const { grace } = strategyOf(info);
  const held = finalizers.length > 0;
  if (grace === undefined) return held ? { object: marked(object, 0, now), gone: false } : { object: current, gone: true };
  if (current.metadata.deletionTimestamp !== undefined) return shortened(current, object, held, options, now);
  const seconds = grace(current, options.gracePeriodSeconds ?? null);
  return { object: marked(object, seconds, now), gone: seconds === 0 && !held };
}

/** Deleted a second time: the grace can only become shorter. */
function shortened(current: Versioned, object: Versioned, held: boolean, options: DeleteOptions, now: SimTime): Deleted {
  const { deletionGracePeriodSeconds = 0, deletionTimestamp } = current.metadata;
  if (deletionGracePeriodSeconds === 0) return held ? { object, gone: false } : { object: current, gone: true };
  const asked = options.gracePeriodSeconds;
  const seconds = asked === undefined ? deletionGracePeriodSeconds : asked < 0 ? 1 : asked;
  if (seconds >= deletionGracePeriodSeconds) return { object, gone: false };
  const started = (parseTime(deletionTimestamp ?? '') ?? now) - deletionGracePeriodSeconds * SECOND;
  const next = withMeta(object, {
    deletionTimestamp: rfc3339(simTime(started + seconds * SECOND)),
    deletionGracePeriodSeconds: seconds,
  });
  return { object: next, gone: seconds === 0 && !held };
}

function marked(object: Versioned, seconds: number, now: SimTime): Versioned {
  const { generation, deletionTimestamp } = object.metadata;
  if (deletionTimestamp !== undefined) return object;
  return withMeta(object, {
    ...(generation === undefined ? {} : { generation: generation + 1 }),
    deletionTimestamp: rfc3339(simTime(now + seconds * SECOND)),
    deletionGracePeriodSeconds: seconds,
  });
}

/** What the answer shows of an object that is gone now. */
function asGone(object: Versioned, now: SimTime): Versioned {
  return object.metadata.deletionTimestamp === undefined
    ? object
    : withMeta(object, { deletionTimestamp: rfc3339(now), deletionGracePeriodSeconds: 0 });
}

export const goneObject = (object: Versioned, now: SimTime): Versioned => asGone(object, now);

function finalizersAfter(info: ResourceInfo, current: Versioned, options: DeleteOptions): readonly string[] {
  const given = current.metadata.finalizers ?? NONE;
  const policy = propagationOf(info, given, options);
  const wanted = policy === 'Orphan' ? ORPHAN : policy === 'Foreground' ? FOREGROUND : null;
  const kept = given.filter((finalizer) => finalizer !== ORPHAN && finalizer !== FOREGROUND);
  const next = wanted === null ? kept : [...kept, wanted];
  return next.length === given.length && next.every((finalizer) => given.includes(finalizer)) ? given : next;
}
/** Kinds whose dependents stay, unless somebody says otherwise: as it was before there was a garbage collector. */
const LEAVE_ORPHANS = new Set(['/replicationcontrollers', 'batch/jobs']);

/** What is to become of dependents: as asked, else as a finalizer says that is there already, else as the kind has it. */
export function propagationOf(
  { group, resource }: { readonly group: string; readonly resource: string },
  finalizers: readonly string[],
  { propagationPolicy, orphanDependents }: DeleteOptions,
): string {
  if (orphanDependents !== undefined) return orphanDependents ? 'Orphan' : 'Background';
  if (propagationPolicy !== undefined) return propagationPolicy;
  if (finalizers.includes(ORPHAN)) return 'Orphan';
  if (finalizers.includes(FOREGROUND)) return 'Foreground';
  return LEAVE_ORPHANS.has(`${group}/${resource}`) ? 'Orphan' : 'Background';
}
const NONE: readonly string[] = [];

/** A namespace is emptied by its controller first. Models pkg/registry/core/namespace/storage. */
function planNamespace(current: Versioned, now: SimTime): Deleted {
  const terminating = withField(
    current.metadata.deletionTimestamp === undefined ? withMeta(current, { deletionTimestamp: rfc3339(now) }) : current,
    'status',
    {
      ...((current.status ?? {}) as object),
      phase: 'Terminating',
    },
  );
  const gone =
    finalizersOf(current).length === 0 &&
    (current.metadata.finalizers?.length ?? 0) === 0 &&
    current.metadata.deletionTimestamp !== undefined;
  return gone ? { object: current, gone } : { object: terminating, gone };
}

/** An update took away the last finalizer of an object that was to be deleted. */
export function isEmptied(next: Versioned, old: Versioned): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds } = old.metadata;
  if (deletionTimestamp === undefined || (next.metadata.finalizers?.length ?? 0) > 0) return false;
  if (next.kind === 'Namespace' && finalizersOf(next).length > 0) return false;
  return (deletionGracePeriodSeconds ?? 0) === 0;
}
