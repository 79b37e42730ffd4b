// Nothing is created in a namespace that is missing or going away; some namespaces cannot be deleted.
// Models apiserver pkg/admission/plugin/namespace/lifecycle/admission.go.
import { forbidden, notFound } from '../../../machinery/status';
import type { Task } from '../../../sim/task';
import { Refusal, refuse } from '../refusal';
import type { Versioned } from '../storage/versioner';
import type { AdmissionRequest, Needs, Plugin } from './plugin';

const IMMORTAL = ['default', 'kube-system', 'kube-public'];
const NAMESPACES = { group: '', resource: 'namespaces' };
/** Reviews ask, they store nothing. */
const isReview = ({ info }: AdmissionRequest): boolean =>
  info.group === 'authorization.k8s.io' && info.resource === 'localsubjectaccessreviews';

export function namespaceLifecycle(needs: Needs): Plugin {
  function check(request: AdmissionRequest, namespace: Versioned | null): Refusal | null {
    if (namespace === null) return refuse(notFound(NAMESPACES, request.namespace));
    const { phase } = (namespace.status ?? {}) as { readonly phase?: string };
    if (phase !== 'Terminating') return null;
    const refused = forbidden(
      request.info,
      request.name,
      `unable to create new content in namespace ${request.namespace} because it is being terminated`,
    );
    const cause = {
      reason: 'NamespaceTerminating',
      message: `namespace ${request.namespace} is being terminated`,
      field: 'metadata.namespace',
    };
    return refuse({ ...refused, details: { ...refused.details, causes: [cause] } });
  }

  return {
    name: 'NamespaceLifecycle',
    *prepare(request): Task<Refusal | null> {
      if (!request.info.namespaced || request.namespace === '' || isReview(request)) return null;
      const cached = needs.cached('', 'namespaces', '', request.namespace);
      if (cached !== null) return check(request, cached);
      const live = yield* needs.live('', 'namespaces', '', request.namespace);
      return live instanceof Refusal ? live : check(request, live);
    },
    validate({ operation, info, name }): Refusal | null {
      if (operation !== 'DELETE' || info.resource !== 'namespaces' || !IMMORTAL.includes(name)) return null;
      return refuse(forbidden(NAMESPACES, name, 'this namespace may not be deleted'));
    },
  };
}
