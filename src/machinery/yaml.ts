// Manifests in and out, as kubectl reads and prints them (sigs.k8s.io/yaml). Wraps `yaml`, bounded.
import { assert } from '../base/assert';
import type { Json } from '../base/json';
import type { Result } from '../base/result';
/** Every document of a text of at most 1 MiB, empty ones left out; JSON is YAML too. The error is kubectl's text. */
export function parseManifests(_text: string): Result<readonly Json[]> {
  assert(false, 'not yet');
}
/** One object as `kubectl -o yaml` prints it: keys in byte order, a newline at the end. */
export function printYaml(_value: Json): string {
  assert(false, 'not yet');
}
