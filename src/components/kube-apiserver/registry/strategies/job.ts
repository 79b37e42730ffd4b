// Jobs: the server makes the selector and labels that tell one job's pods from another's.
// Models pkg/registry/batch/job/strategy.go (generateSelector).
import { isObject, type Json, type JsonObject } from '../../../../base/json';
import { generatedLabels, UID_LABEL } from '../../../../machinery/validation/batch';
import type { Versioned } from '../../storage/versioner';
import { withMeta } from '../meta';

export const jobStrategy = {
  create(object: Versioned): Versioned {
    const spec = (object.spec ?? {}) as JsonObject;
    if (spec.manualSelector === true) return object;
    const { name, uid = '', labels: own } = object.metadata;
    const template = (spec.template ?? {}) as JsonObject;
    const metadata = (template.metadata ?? {}) as JsonObject;
    const given = isObject(metadata.labels) ? metadata.labels : null;
    const labels = { ...given, ...generatedLabels(name, uid) };
    const selector = (spec.selector ?? {}) as { readonly matchLabels?: JsonObject };
    const next: Versioned = {
      ...object,
      spec: {
        ...spec,
        selector: { ...selector, matchLabels: { ...selector.matchLabels, [UID_LABEL]: uid } } as Json,
        template: { ...template, metadata: { ...metadata, labels } },
      },
    };
    // A job without labels takes its template's when it is read from the store: defaults.go SetDefaults_Job.
    return Object.keys(own ?? {}).length === 0 ? withMeta(next, { labels }) : next;
  },
};
