// One informer per resource, shared by all controllers of this process, and opened in the order in which the real
// one does (vectors real-startup.json). Models k8s.io/client-go/informers (factory.go) and the metadata informers of
// the garbage collector for what has no typed one.
import type { ApiClient, ResourceRef } from '../../client/api-client';
import { Informer } from '../../client/informer';
import type { KubeObject } from '../../machinery/types';
import type { Ctx } from '../../sim/process';
import { suspend, type Task } from '../../sim/task';
import { METADATA_WATCH } from './metadata';

const FIRST = `policy/v1/poddisruptionbudgets networking.k8s.io/v1/ingresses rbac.authorization.k8s.io/v1/rolebindings
/v1/namespaces storage.k8s.io/v1/storageclasses /v1/resourcequotas rbac.authorization.k8s.io/v1/roles
resource.k8s.io/v1/deviceclasses resource.k8s.io/v1/resourceclaimtemplates batch/v1/cronjobs /v1/serviceaccounts
apps/v1/replicasets /v1/configmaps /v1/services admissionregistration.k8s.io/v1/validatingadmissionpolicies /v1/secrets
apps/v1/daemonsets networking.k8s.io/v1/ipaddresses networking.k8s.io/v1/networkpolicies /v1/limitranges
storage.k8s.io/v1/csistoragecapacities apps/v1/controllerrevisions networking.k8s.io/v1/servicecidrs
discovery.k8s.io/v1/endpointslices resource.k8s.io/v1/resourceclaims autoscaling/v2/horizontalpodautoscalers
storage.k8s.io/v1/volumeattachments /v1/replicationcontrollers storage.k8s.io/v1/csidrivers /v1/nodes batch/v1/jobs
rbac.authorization.k8s.io/v1/clusterroles /v1/pods storage.k8s.io/v1/volumeattributesclasses /v1/endpoints
/v1/podtemplates storage.k8s.io/v1/csinodes resource.k8s.io/v1/resourceslices apps/v1/deployments
certificates.k8s.io/v1/certificatesigningrequests coordination.k8s.io/v1/leases /v1/persistentvolumeclaims
/v1/persistentvolumes apps/v1/statefulsets`;

/** What only the garbage collector asks for, once it knows from discovery that it exists. */
const COLLECTED = `admissionregistration.k8s.io/v1/mutatingadmissionpolicies
rbac.authorization.k8s.io/v1/clusterrolebindings scheduling.k8s.io/v1/priorityclasses
admissionregistration.k8s.io/v1/mutatingwebhookconfigurations
admissionregistration.k8s.io/v1/validatingadmissionpolicybindings
admissionregistration.k8s.io/v1/mutatingadmissionpolicybindings flowcontrol.apiserver.k8s.io/v1/flowschemas
node.k8s.io/v1/runtimeclasses networking.k8s.io/v1/ingressclasses
flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations
admissionregistration.k8s.io/v1/validatingwebhookconfigurations`;
const METADATA = `apiextensions.k8s.io/v1/customresourcedefinitions apiregistration.k8s.io/v1/apiservices`;

export class SharedInformers {
  private readonly byResource = new Map<string, readonly [ResourceRef, Informer<KubeObject>]>();
  private readonly first: readonly Informer<KubeObject>[];
  private readonly collected: readonly Informer<KubeObject>[];
  private readonly metadata: readonly Informer<KubeObject>[];

  constructor(ctx: Ctx, shared: ApiClient, metadata: ApiClient) {
    const open = (list: string, client: ApiClient, accept?: string): Informer<KubeObject>[] =>
      list.split(/\s+/).map((text) => {
        const [group = '', version = '', resource = ''] = text.split('/');
        const ref = { group, version, resource };
        const informer = new Informer<KubeObject>(ctx, client, { resource: ref, ...(accept === undefined ? {} : { accept }) });
        this.byResource.set(`${group}/${resource}`, [ref, informer]);
        return informer;
      });
    this.first = open(FIRST, shared);
    this.collected = open(COLLECTED, shared);
    this.metadata = open(METADATA, metadata, METADATA_WATCH);
  }

  of<T extends KubeObject>(ref: ResourceRef): Informer<T> {
    return this.byResource.get(`${ref.group}/${ref.resource}`)?.[1] as unknown as Informer<T>;
  }
  /** Of everything that is watched. */
  entries(): readonly (readonly [ResourceRef, Informer<KubeObject>])[] {
    return [...this.byResource.values()];
  }
  all(): Informer<KubeObject>[] {
    return this.entries().map(([, informer]) => informer);
  }

  startFirst(): void {
    for (const informer of this.first) informer.start();
  }
  startCollected(): void {
    for (const informer of this.collected) informer.start();
  }
  startMetadata(): void {
    for (const informer of this.metadata) informer.start();
  }
}

/** Waits until each of these copies is complete. */
export function* synced(informers: readonly { whenSynced(action: () => void): void }[]): Task<void> {
  for (const informer of informers) yield* suspend<void>((resume) => informer.whenSynced(() => resume()));
}
