// Says of each range of Service addresses that it is ready, and keeps it while addresses of it are in use.
// Models kubernetes pkg/controller/servicecidrs/servicecidrs_controller.go.
import { SECOND } from '../../../base/brand';
import type { Json, JsonObject } from '../../../base/json';
import type { ApiClient } from '../../../client/api-client';
import { done, type Outcome, retry, runWorkers } from '../../../client/controller';
import type { Informer } from '../../../client/informer';
import { WorkQueue } from '../../../client/work-queue';
import { type Cidr, cidrContains, parseCidr, parseIp } from '../../../machinery/ip';
import { parseTime, rfc3339 } from '../../../machinery/time';
import type { Condition, KubeObject } from '../../../machinery/types';
import type { Interior } from '../../../sim/process';
import type { Task } from '../../../sim/task';
import { type Controller, type Needs, unchanged, whyNot } from '../controller';
import { compute } from '../pace';
import { IP_ADDRESSES, SERVICE_CIDRS } from '../refs';

const ACTOR = 'service-cidrs-controller';
const FIELD_MANAGER = 'service-cidr-controller';
const WORKERS = 5;
const MAX_RETRIES = 15;
const FINALIZER = 'networking.k8s.io/service-cidr-finalizer';
const DELETION_GRACE_US = 10 * SECOND;
const READY = { type: 'Ready', status: 'True', reason: '', message: 'Kubernetes Service CIDR is ready' };
const TERMINATING = {
  type: 'Ready',
  status: 'False',
  reason: 'Terminating',
  message: 'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR',
};

interface ServiceCidr extends KubeObject {
  readonly spec: { readonly cidrs?: readonly string[] };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

export class ServiceCidrsController implements Controller {
  private readonly api: ApiClient;
  private readonly cidrs: Informer<ServiceCidr>;
  private readonly addresses: Informer<KubeObject>;
  private readonly queue: WorkQueue;

  constructor(private readonly needs: Needs) {
    this.api = needs.client(ACTOR);
    this.queue = new WorkQueue(needs.ctx, 'servicecidrs');
    this.cidrs = needs.informers.of<ServiceCidr>(SERVICE_CIDRS);
    this.addresses = needs.informers.of(IP_ADDRESSES);
    this.cidrs.addHandler({
      add: (cidr) => {
        this.queue.add(cidr.metadata.name);
        for (const other of this.cidrs.list()) if (overlap(other, cidr)) this.queue.add(other.metadata.name);
      },
      update: (cidr, old) => void (unchanged(cidr, old) || this.queue.add(cidr.metadata.name)),
      delete: (cidr) => this.queue.add(cidr.metadata.name),
    });
    const blocks = ({ metadata }: KubeObject): void => {
      for (const cidr of this.containing(metadata.name)) this.queue.add(cidr.metadata.name);
    };
    this.addresses.addHandler({ add: blocks, delete: blocks });
  }

  start(): void {
    runWorkers(this.needs.ctx, this.queue, (name) => this.sync(name), { workers: WORKERS, actor: ACTOR, maxRetries: MAX_RETRIES });
  }
  inspect(): Interior {
    return this.queue.inspect();
  }

  private containing(address: string): ServiceCidr[] {
    const ip = parseIp(address);
    return ip === null ? [] : this.cidrs.list().filter((cidr) => rangesOf(cidr).some((range) => cidrContains(range, ip)));
  }

  private *sync(name: string): Task<Outcome> {
    yield* compute(this.needs.ctx, `service-cidr/${name}`);
    const cidr = this.cidrs.get(name);
    if (cidr === undefined) return done({ found: 'nothing' });
    if (cidr.metadata.deletionTimestamp) return yield* this.release(cidr);
    if (!cidr.metadata.finalizers?.includes(FINALIZER)) {
      const reply = yield* this.patch(name, { finalizers: [FINALIZER] });
      if (!reply.ok && reply.status !== 404) return retry(whyNot(reply));
    }
    const condition = cidr.status?.conditions?.find(({ type }) => type === 'Ready');
    return condition?.status === 'True' ? done({ ready: true }) : yield* this.say(name, READY);
  }

  /** Lets go of a range that is being deleted as soon as no address depends on it. */
  private *release(cidr: ServiceCidr): Task<Outcome> {
    const { name, deletionTimestamp = '', finalizers } = cidr.metadata;
    if (!this.mayGo(cidr)) return yield* this.say(name, TERMINATING);
    const waitUs = (parseTime(deletionTimestamp) ?? 0) + DELETION_GRACE_US - this.needs.ctx.clock();
    if (waitUs > 0) return { type: 'done', againAfterUs: waitUs };
    if (!finalizers?.includes(FINALIZER)) return done();
    const reply = yield* this.patch(name, { '$deleteFromPrimitiveList/finalizers': [FINALIZER] });
    return reply.ok || reply.status === 404 ? done({ released: true }) : retry(whyNot(reply));
  }

  /** Another range holds all of it, or nothing in it is in use that no other range holds. */
  private mayGo(cidr: ServiceCidr): boolean {
    const held = rangesOf(cidr).every((range) =>
      this.cidrs.list().some((other) => other !== cidr && rangesOf(other).some((larger) => isWithin(range, larger))),
    );
    return (
      held ||
      !this.addresses.list().some(({ metadata }) => {
        const holders = this.containing(metadata.name);
        return holders.length === 1 && holders[0] === cidr;
      })
    );
  }

  private *patch(name: string, metadata: JsonObject) {
    return yield* this.api.patch(SERVICE_CIDRS, { namespace: null, name }, 'strategic', { metadata });
  }

  private *say(name: string, condition: JsonObject): Task<Outcome> {
    const conditions = [{ ...condition, lastTransitionTime: rfc3339(this.needs.ctx.clock()) }];
    const wanted: Json = { kind: 'ServiceCIDR', apiVersion: 'networking.k8s.io/v1', metadata: { name }, status: { conditions } };
    const options = { query: `fieldManager=${FIELD_MANAGER}&force=true`, subresource: 'status' };
    const reply = yield* this.api.patch(SERVICE_CIDRS, { namespace: null, name }, 'apply', wanted, options);
    return reply.ok ? done({ said: condition.status as string }) : retry(whyNot(reply));
  }
}

const rangesOf = ({ spec }: ServiceCidr): Cidr[] => (spec.cidrs ?? []).flatMap((text) => parseCidr(text) ?? []);
const isWithin = (range: Cidr, larger: Cidr): boolean => larger.prefix <= range.prefix && cidrContains(larger, range.ip);
const overlap = (a: ServiceCidr, b: ServiceCidr): boolean =>
  rangesOf(a).some((x) => rangesOf(b).some((y) => isWithin(x, y) || isWithin(y, x)));
