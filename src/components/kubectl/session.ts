// One command while it runs: what was typed, where its output goes, and the way to the server.
import type { Task } from '../../sim/task';
import type { Flags } from './flags';
import type { Http } from './http';

/** What stays from one command to the next, as files under ~/.kube/cache do. */
export interface Cache {
  /** Whether discovery is known; a cold cache costs two requests. */
  discovery: boolean;
  /** OpenAPI documents by path: their ETag, or `fresh` if they need not be asked for again. */
  readonly documents: Map<string, string>;
  /** Documents that were never asked for count as fresh: the cache of a kubectl that was used before. */
  readonly documentsFresh: boolean;
}

export interface Session {
  readonly http: Http;
  readonly cache: Cache;
  readonly flags: Flags;
  /** Words after the command's name. */
  readonly args: readonly string[];
  /** Words after `--`; null without it. */
  readonly afterDash: readonly string[] | null;
  /** `kubectl create deployment`. */
  readonly command: string;
  readonly stdin: string;
  readonly files: { readonly [name: string]: string };
  out(text: string): void;
  err(text: string): void;
}

export interface Command {
  /** As in flags.ts. */
  readonly flags: string;
  /** Flags that must be given. */
  readonly required?: readonly string[];
  /** Takes any flag. */
  readonly lenient?: boolean;
  readonly run: (session: Session) => Task<void>;
}

/** The namespace that the command works in. */
export const namespaceOf = (session: Session): string => session.flags.text('namespace') || 'default';

export type DryRun = 'none' | 'client' | 'server';
