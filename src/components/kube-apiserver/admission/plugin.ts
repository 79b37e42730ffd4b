// What an admission plugin is, and what it may look at. Models apiserver pkg/admission/interfaces.go.
import type { ResourceInfo } from '../../../machinery/resources';
import type { Task } from '../../../sim/task';
import type { User } from '../chain/user';
import type { Refusal } from '../refusal';
import type { NameGenerator } from '../registry/names';
import type { Versioned } from '../storage/versioner';

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE';

export interface AdmissionRequest {
  readonly operation: Operation;
  readonly info: ResourceInfo;
  readonly subresource: string;
  readonly namespace: string;
  /** Empty if the server will make it up. */
  readonly name: string;
  readonly user: User;
  readonly dryRun: boolean;
  /** Of an update or a deletion. */
  readonly old: Versioned | null;
  /** Set by plugins, shown to the client in Warning headers. */
  readonly warnings: string[];
  /** Set by plugins for the audit log. */
  readonly annotations: { [key: string]: string };
}

/** The server's caches, and questions that go beyond them. */
export interface Needs {
  cached(group: string, resource: string, namespace: string, name: string): Versioned | null;
  cachedList(group: string, resource: string, namespace: string): readonly Versioned[];
  /** From etcd: for what the caches may not have yet. */
  live(group: string, resource: string, namespace: string, name: string): Task<Versioned | null | Refusal>;
  /** A list request to the server itself. */
  loopbackList(path: string): Task<readonly Versioned[]>;
  sleep(us: number): Task<void>;
  now(): number;
  readonly names: NameGenerator;
}

export interface Plugin {
  readonly name: string;
  /** What `prepare` found out is kept by the plugin; only for creates. Null: go on. */
  readonly prepare?: (request: AdmissionRequest, object: Versioned) => Task<Refusal | null>;
  readonly mutate?: (request: AdmissionRequest, object: Versioned) => Versioned | Refusal;
  /** `object` is null for deletions. */
  readonly validate?: (request: AdmissionRequest, object: Versioned | null) => Refusal | null;
}

export const isPodCreate = ({ operation, info, subresource }: AdmissionRequest): boolean =>
  operation === 'CREATE' && info.group === '' && info.resource === 'pods' && subresource === '';
