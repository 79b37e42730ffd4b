// Pod Security: the namespace's labels say which level a pod must keep to.
// Models k8s.io/pod-security-admission. Left out: the checks of the levels baseline and restricted.
import type { Refusal } from '../refusal';
import { isPodCreate, type Needs, type Plugin } from './plugin';

const LABEL = 'pod-security.kubernetes.io/enforce';

export const podSecurity = (needs: Needs): Plugin => ({
  name: 'PodSecurity',
  validate(request): Refusal | null {
    if (!isPodCreate(request)) return null;
    const labels = needs.cached('', 'namespaces', '', request.namespace)?.metadata.labels;
    request.annotations['pod-security.kubernetes.io/enforce-policy'] =
      `${labels?.[LABEL] ?? 'privileged'}:${labels?.[`${LABEL}-version`] ?? 'latest'}`;
    return null;
  },
});
