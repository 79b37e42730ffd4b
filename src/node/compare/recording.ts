// A recording of a real cluster (../shared/vectors/real-traces), as far as it is compared.
import type { JsonObject } from '../../base/json';

export interface Recording {
  readonly scenario: string;
  readonly title: string;
  readonly namespace: string;
  readonly steps: readonly RecordedStep[];
  readonly actors: { readonly [actor: string]: { readonly userAgent: string; readonly user: string } };
  readonly audit: readonly AuditEntry[];
  readonly etcd: readonly { readonly t: number; readonly op: string; readonly key: string; readonly rev: number }[];
  readonly cri: readonly CriEntry[];
  readonly iptables: readonly { readonly t: number; readonly node: string; readonly argv?: readonly string[]; readonly stdin?: string }[];
  readonly events: readonly { readonly type: string; readonly reason: string; readonly object: string }[];
}
export interface RecordedStep {
  readonly t: number;
  readonly cmd?: string;
  readonly stdin?: string;
  /** Who typed it, if not the administrator: one of the group `dev`. */
  readonly user?: string;
  readonly note?: string;
  readonly reached?: string;
  readonly exit?: number;
  readonly stdout?: string;
  readonly stderr?: string;
}
export interface AuditEntry {
  readonly t: number;
  readonly by: string;
  readonly verb: string;
  readonly uri: string;
  readonly code: number;
  readonly stage?: string;
  readonly req?: JsonObject;
  readonly res?: JsonObject;
  readonly resDiff?: JsonObject;
  readonly resVsPrev?: JsonObject;
}
export interface CriEntry {
  readonly t: number;
  readonly node: string;
  readonly rpc: string;
  readonly req: JsonObject;
  readonly res?: JsonObject;
}
