// Paths of files within a volume or on a node. Models core validation's validateLocalDescendingPath and its kin.
import type { Findings } from './findings';

export function noBacksteps(found: Findings, path: string, target: string): void {
  if (target.split('/').includes('..')) found.invalid(path, target, "must not contain '..'");
}

/** Relative, and never upwards. */
export function descendingPath(found: Findings, path: string, target: string): void {
  if (target.startsWith('/')) found.invalid(path, target, 'must be a relative path');
  noBacksteps(found, path, target);
}

/** Names that start with `..` are the kubelet's own. */
export function localPath(found: Findings, path: string, target: string): void {
  descendingPath(found, path, target);
  if (target.startsWith('..') && !target.startsWith('../')) found.invalid(path, target, "must not start with '..'");
}
