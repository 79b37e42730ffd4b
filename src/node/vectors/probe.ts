// A client of a simulated kube-apiserver for vectors: sends one request and lets time go on until it is answered.

import { MS, SECOND, simTime } from '../../base/brand';
import type { Json } from '../../base/json';
import { etcd } from '../../components/etcd/etcd';
import { newDisk } from '../../components/etcd/member';
import { kubeApiserver } from '../../components/kube-apiserver/kube-apiserver';
import type { Ctx, Interior, Program } from '../../sim/process';
import { Simulation } from '../../sim/simulation';
import type { Task } from '../../sim/task';
import { API_SERVER, componentId, ETCD } from '../../wire/names';
import type { Certificate, HttpRequest, HttpResponse, Method, WatchDelivery } from '../../wire/payload';

export interface Sent {
  readonly method: Method;
  readonly path: string;
  /** Null takes a header away that is sent otherwise. */
  readonly headers?: { readonly [name: string]: string | null };
  readonly body?: Json;
}
export interface Answer {
  readonly code: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: Json;
}

export const ADMIN: Certificate = { commonName: 'kubernetes-admin', organizations: ['kubeadm:cluster-admins'] };
const PATIENCE_US = 20 * SECOND;
const STEP_US = MS;

export class Probe {
  private readonly client = new Client();

  constructor(readonly sim: Simulation) {
    sim.start(componentId('probe'), this.client);
  }

  /** The answer; code 0 if there was none. */
  send(request: Sent, certificate: Certificate = ADMIN): Answer {
    let answer: HttpResponse | null = null;
    const { ctx } = this.client;
    const sent = httpRequest(request, certificate);
    ctx.spawn(
      (function* (): Task<void> {
        const got = yield* ctx.call(API_SERVER, sent);
        if (got.ok) answer = got.payload as HttpResponse;
      })(),
    );
    const patience = simTime(this.sim.now + PATIENCE_US);
    while (answer === null && this.sim.now < patience) this.wait(STEP_US);
    const { status, headers, body } = (answer ?? { status: 0, headers: {}, body: null }) as HttpResponse;
    return { code: status, headers, body };
  }

  /** What a watch brings while `meanwhile` runs; then it is closed. */
  watch(
    request: Sent,
    meanwhile: () => void,
    certificate: Certificate = ADMIN,
  ): { readonly head: HttpResponse | null; readonly events: readonly Json[]; readonly ended: boolean } {
    const events: Json[] = [];
    let head: HttpResponse | null = null;
    let ended = false;
    const opened = this.client.ctx.open(API_SERVER, httpRequest(request, certificate), (item) => {
      if (item.type === 'response') head = item.payload as HttpResponse;
      else if (item.type === 'delivery') {
        const { type, object } = item.payload as WatchDelivery;
        events.push({ type, object });
      } else ended = true;
    });
    meanwhile();
    opened.close();
    return { head, events, ended };
  }

  wait(us: number): void {
    this.sim.runUntil(simTime(this.sim.now + us));
  }
}

/** A kube-apiserver on an empty etcd, and nothing else. */
export function bareServer(): Probe {
  const sim = new Simulation({ seed: 1, latency: () => ({ leastUs: 100, spreadUs: 0 }) });
  sim.start(ETCD, etcd(newDisk()));
  sim.start(API_SERVER, kubeApiserver());
  const probe = new Probe(sim);
  probe.wait(2 * SECOND);
  return probe;
}

function httpRequest({ method, path, headers = {}, body = null }: Sent, certificate: Certificate): HttpRequest {
  const lower: { [name: string]: string } = {
    accept: 'application/json',
    'user-agent': 'probe/1.0',
    ...(body === null ? {} : { 'content-type': 'application/json' }),
  };
  for (const [name, value] of Object.entries(headers)) {
    if (value === null) delete lower[name.toLowerCase()];
    else lower[name.toLowerCase()] = value;
  }
  return { protocol: 'http', kind: 'request', method, path, headers: lower, body, certificate };
}

class Client implements Program {
  ctx!: Ctx;

  start(ctx: Ctx): void {
    this.ctx = ctx;
  }
  inspect(): Interior {
    return {};
  }
}
