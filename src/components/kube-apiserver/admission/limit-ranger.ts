// Defaults and limits of a namespace's LimitRanges. Models plugin/pkg/admission/limitranger/admission.go.
import { SECOND } from '../../../base/brand';
import type { Task } from '../../../sim/task';
import type { Refusal } from '../refusal';
import type { Versioned } from '../storage/versioner';
import { isPodCreate, type Needs, type Plugin } from './plugin';

/** How long the answer to a live question is believed: liveTTL. */
const LIVE_US = 30 * SECOND;

export function limitRanger(needs: Needs): Plugin {
  const lookedUp = new Map<string, { readonly items: readonly Versioned[]; readonly until: number }>();

  return {
    name: 'LimitRanger',
    /** The cache says there is none: it may not have heard yet, so the server asks itself. */
    *prepare(request): Task<Refusal | null> {
      if (!isPodCreate(request)) return null;
      if (needs.cachedList('', 'limitranges', request.namespace).length > 0) return null;
      const known = lookedUp.get(request.namespace);
      if (known !== undefined && known.until >= needs.now()) return null;
      const items = yield* needs.loopbackList(`/api/v1/namespaces/${request.namespace}/limitranges`);
      lookedUp.set(request.namespace, { items, until: needs.now() + LIVE_US });
      return null;
    },
  };
}
