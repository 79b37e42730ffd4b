// How the page asks the cluster: a question never fails. Where no answer can come, the failure is told once, in its
// place, and the question stays open, as do those to a worker that is gone.
import type { ClusterLink } from '../worker/protocol';
import type { Source } from './signal';

export function createAsk(link: () => ClusterLink, failure: Source<string | null>): ClusterLink['ask'] {
  return (question) =>
    link()
      .ask(question)
      .catch((error: unknown) => {
        failure.set(String(error instanceof Error ? (error.stack ?? error.message) : error));
        return new Promise<never>(() => undefined);
      });
}
