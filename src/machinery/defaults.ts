// What the apiserver fills in when it decodes an object: SetDefaults_* of pkg/apis/*/v1/defaults.go.
import type { JsonObject } from '../base/json';

/** The object with its defaults. Shares unchanged parts; an object that needs none is returned itself. */
export function applyDefaults(_apiVersion: string, _kind: string, object: JsonObject): JsonObject {
  return object;
}
