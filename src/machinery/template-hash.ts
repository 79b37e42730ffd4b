// pod-template-hash. Upstream (pkg/controller ComputeHash, pkg/util/hash) hashes spew's dump of the Go struct;
// without Go's types that text cannot be made, so this hashes canonical JSON: same shape, other letters.
import { fnv32a } from '../base/hash';
import { canonicalJson, type Json } from '../base/json';

const SAFE = 'bcdfghjklmnpqrstvwxz2456789';

/** apimachinery rand.SafeEncodeString: letters that spell no words. */
export const safeEncode = (text: string): string => {
  let safe = '';
  for (let i = 0; i < text.length; i++) safe += SAFE[text.charCodeAt(i) % SAFE.length];
  return safe;
};

/** The hash of a pod template; `collisionCount` as in the Deployment's status. */
export const podTemplateHash = (template: Json, collisionCount?: number | null): string =>
  safeEncode(String(fnv32a(canonicalJson(template) + (collisionCount ? `/${collisionCount}` : ''))));
