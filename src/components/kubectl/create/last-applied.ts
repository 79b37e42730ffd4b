// The annotation by which `kubectl apply` remembers what it last sent. Models kubectl pkg/util/apply.go.
import { isObject, type JsonObject } from '../../../base/json';
import { goJson } from '../../../machinery/go-json';
import { parseManifests } from '../../../machinery/yaml';

export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** The object with the annotation that holds itself (without that annotation). */
export function withLastApplied(object: JsonObject): JsonObject {
  const metadata = isObject(object['metadata']) ? object['metadata'] : {};
  const { [LAST_APPLIED]: _, ...annotations } = (metadata['annotations'] ?? {}) as JsonObject;
  const bare = { ...object, metadata: { ...metadata, annotations } };
  return { ...object, metadata: { ...metadata, annotations: { ...annotations, [LAST_APPLIED]: `${goJson(bare)}\n` } } };
}

/** What was applied last; null if it never was. */
export function lastApplied(object: JsonObject): JsonObject | null {
  const metadata = isObject(object['metadata']) ? object['metadata'] : {};
  const text = ((metadata['annotations'] ?? {}) as JsonObject)[LAST_APPLIED];
  if (typeof text !== 'string') return null;
  const parsed = parseManifests(text);
  const [value] = parsed.ok ? parsed.value : [];
  return isObject(value) ? value : null;
}
