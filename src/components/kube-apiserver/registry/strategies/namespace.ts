// Namespaces. Models pkg/registry/core/namespace/strategy.go.
import type { Json } from '../../../../base/json';
import type { Versioned } from '../../storage/versioner';
import { withField, withMeta } from '../meta';

const OWN_FINALIZER = 'kubernetes';
const NAME_LABEL = 'kubernetes.io/metadata.name';

export const namespaceStrategy = {
  create(object: Versioned): Versioned {
    const spec = (object.spec ?? {}) as { readonly finalizers?: readonly string[] };
    const finalizers = spec.finalizers?.includes(OWN_FINALIZER) ? spec.finalizers : [...(spec.finalizers ?? []), OWN_FINALIZER];
    return named(withField(withField(object, 'spec', { ...spec, finalizers }), 'status', { phase: 'Active' }));
  },
  /** Finalizers change through the finalize subresource only. */
  update(next: Versioned, old: Versioned): Versioned {
    return named(withField(next, 'spec', { ...((next.spec ?? {}) as object), finalizers: finalizersOf(old) as Json }));
  },
  views: { finalize: (next: Versioned): Versioned => named(next) },
};

export const finalizersOf = (namespace: Versioned): readonly string[] =>
  (namespace.spec as { readonly finalizers?: readonly string[] } | undefined)?.finalizers ?? [];

const named = (object: Versioned): Versioned => {
  const { labels, name } = object.metadata;
  return labels?.[NAME_LABEL] === name ? object : withMeta(object, { labels: { ...labels, [NAME_LABEL]: name } });
};
