// DaemonSets: the number of the template, which apps/v1 shows as an annotation since its field is gone.
// Models pkg/registry/apps/daemonset/strategy.go and pkg/apis/apps/v1/conversion.go (TemplateGeneration).
import { type Json, jsonEqual } from '../../../../base/json';
import type { Versioned } from '../../storage/versioner';
import { withMeta } from '../meta';

const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

const templateOf = ({ spec }: Versioned): Json | undefined => (spec as { readonly template?: Json } | undefined)?.template;

const numbered = (object: Versioned, generation: number): Versioned =>
  withMeta(object, { annotations: { ...object.metadata.annotations, [TEMPLATE_GENERATION]: String(generation) } });

export const daemonSetStrategy = {
  create: (object: Versioned): Versioned => numbered(object, 1),
  /** The client does not count: the number is the old one's, or the next. */
  update(next: Versioned, old: Versioned): Versioned {
    const before = Number(old.metadata.annotations?.[TEMPLATE_GENERATION] ?? 0);
    return numbered(next, jsonEqual(templateOf(next), templateOf(old)) ? before : before + 1);
  },
};
