// Keeps a ConfigMap with the cluster's root certificate in every namespace, for the volumes of service accounts.
// Models kubernetes pkg/controller/certificates/rootcacertpublisher/publisher.go.
import type { ApiClient } from '../../../client/api-client';
import { done, type Outcome, retry, runWorkers } from '../../../client/controller';
import type { Informer } from '../../../client/informer';
import { WorkQueue } from '../../../client/work-queue';
import type { ConfigMap, Namespace } from '../../../machinery/types';
import type { Interior } from '../../../sim/process';
import type { Task } from '../../../sim/task';
import { type Controller, isActive, isGone, type Needs, unchanged, whyNot } from '../controller';
import { compute } from '../pace';
import { CONFIG_MAPS, NAMESPACES } from '../refs';

const ACTOR = 'root-ca-cert-publisher';
const NAME = 'kube-root-ca.crt';
const KEY = 'ca.crt';
const ANNOTATIONS = {
  'kubernetes.io/description':
    'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
};

export class RootCaPublisher implements Controller {
  private readonly api: ApiClient;
  private readonly configMaps: Informer<ConfigMap>;
  private readonly queue: WorkQueue;

  constructor(
    private readonly needs: Needs,
    private readonly rootCa: string,
  ) {
    this.api = needs.client(ACTOR);
    this.queue = new WorkQueue(needs.ctx, 'root_ca_cert_publisher');
    this.configMaps = needs.informers.of<ConfigMap>(CONFIG_MAPS);
    needs.informers.of<Namespace>(NAMESPACES).addHandler({
      add: (namespace) => this.queue.add(namespace.metadata.name),
      update: (namespace, old) => {
        if (!unchanged(namespace, old) && isActive(namespace)) this.queue.add(namespace.metadata.name);
      },
    });
    const enqueue = ({ metadata }: ConfigMap): void => {
      if (metadata.name === NAME) this.queue.add(metadata.namespace ?? '');
    };
    this.configMaps.addHandler({
      update: (configMap) => {
        if (!this.isRight(configMap)) enqueue(configMap);
      },
      delete: enqueue,
    });
  }

  start(): void {
    runWorkers(this.needs.ctx, this.queue, (namespace) => this.sync(namespace), { workers: 1, actor: ACTOR });
  }
  inspect(): Interior {
    return this.queue.inspect();
  }

  private *sync(namespace: string): Task<Outcome> {
    const found = this.configMaps.get(`${namespace}/${NAME}`);
    if (found !== undefined && this.isRight(found)) return done({ found: 'right' });
    yield* compute(this.needs.ctx, `root-ca/${namespace}`);
    const data = { [KEY]: this.rootCa };
    if (found === undefined) {
      const wanted = { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: NAME, annotations: ANNOTATIONS }, data };
      const reply = yield* this.api.create(CONFIG_MAPS, { namespace, name: NAME }, wanted);
      return reply.ok || isGone(reply) ? done({ found: 'nothing', created: reply.ok }) : retry(whyNot(reply));
    }
    const annotations = { ...found.metadata.annotations, ...ANNOTATIONS };
    const reply = yield* this.api.update(CONFIG_MAPS, { ...found, metadata: { ...found.metadata, annotations }, data });
    return reply.ok ? done({ found: 'something else', updated: true }) : retry(whyNot(reply));
  }

  private isRight({ data = {} }: ConfigMap): boolean {
    return data[KEY] === this.rootCa && Object.keys(data).length === 1;
  }
}
