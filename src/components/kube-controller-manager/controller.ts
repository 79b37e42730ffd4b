// What each controller of this process is given, and what it gives.
import type { ApiClient, Reply } from '../../client/api-client';
import type { EventRecorder } from '../../client/event-recorder';
import type { KubeObject, Namespace } from '../../machinery/types';
import type { Ctx, Interior } from '../../sim/process';
import type { SharedInformers } from './informers';

export interface Needs {
  readonly ctx: Ctx;
  readonly informers: SharedInformers;
  /** A client that speaks as a service account of kube-system: `deployment-controller`. */
  client(account: string): ApiClient;
  /** Writes Events as `account`, with `component` as their source. */
  recorder(account: string, component?: string): EventRecorder;
}

/** Handlers are set when it is made; `start` runs it once its informers may be read. */
export interface Controller {
  start(): void;
  /** Its interior; equals the fold of its inside records. */
  inspect(): Interior;
}

/** Same version of the same object: nothing happened. */
export const unchanged = (a: KubeObject, b: KubeObject): boolean => a.metadata.resourceVersion === b.metadata.resourceVersion;

/** Why a request failed, for the record of the reconcile. */
export const whyNot = (reply: {
  readonly status: number;
  readonly error: { readonly message?: string } | null;
  readonly failure: string | null;
}): string => reply.error?.message ?? `no answer: ${reply.failure ?? reply.status}`;

/** Not on its way out. */
export const isActive = (namespace: Namespace): boolean => namespace.status?.phase === 'Active';

/** What was to be created cannot be any more: its namespace is gone or goes. */
export const isGone = (reply: Reply<unknown>): boolean => reply.status === 404 || isNamespaceTerminating(reply);

export const isNamespaceTerminating = (reply: Reply<unknown>): boolean =>
  !reply.ok &&
  ((reply.error?.details?.causes as readonly { readonly reason?: string }[] | undefined) ?? []).some(
    ({ reason }) => reason === 'NamespaceTerminating',
  );
