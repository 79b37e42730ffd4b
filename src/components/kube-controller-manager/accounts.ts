// Each controller speaks as a service account of its own, with a token that it asks for before its first request.
// Models kubernetes staging/src/k8s.io/controller-manager/pkg/clientbuilder: client_builder_dynamic.go.
import { MINUTE, SECOND, type SimTime } from '../../base/brand';
import { ApiClient, type Credentials } from '../../client/api-client';
import { parseTime } from '../../machinery/time';
import type { KubeObject } from '../../machinery/types';
import type { Ctx } from '../../sim/process';
import { type Resume, suspend, type Task } from '../../sim/task';
import { NAMESPACES, SERVICE_ACCOUNTS } from './refs';

const NAMESPACE = 'kube-system';
const LIFETIME_SECONDS = 3_600;
const LEEWAY_US = MINUTE; // a token is asked for anew this long before it runs out
const RETRY_US = SECOND;
const ACTOR = 'kube-controller-manager';
const USER_AGENT = 'kube-controller-manager/v1.36.2 (linux/amd64) kubernetes/0000000';

/** --kube-api-qps and --kube-api-burst, for each client by itself. */
const RATE = { qps: 20, burst: 30 };
/** The namespace controller's client may ask more: pkg controller-manager app/core.go. */
const RATES: { readonly [account: string]: typeof RATE } = { 'namespace-controller': { qps: 400, burst: 3_000 } };

interface TokenRequest extends KubeObject {
  readonly status: { readonly token: string; readonly expirationTimestamp: string };
}

/** A client of this process itself, not of one of its controllers. */
export const ownClient = (ctx: Ctx, part: string): ApiClient => {
  const credentials: Credentials = {
    type: 'certificate',
    certificate: { commonName: 'system:kube-controller-manager', organizations: [] },
  };
  return new ApiClient(ctx, { credentials, userAgent: `${USER_AGENT}/${part}`, protobuf: true, ...RATE });
};

export class Accounts {
  private readonly tokens = new Map<string, { readonly token: string; readonly untilUs: SimTime }>();
  private readonly waiting = new Map<string, Resume<string>[]>();
  private readonly clients = new Map<string, ApiClient>();

  constructor(
    private readonly ctx: Ctx,
    private readonly root: ApiClient,
  ) {}

  /** Looks for the account and makes it if it is not there. */
  *ensure(account: string): Task<void> {
    const name = { namespace: NAMESPACE, name: account };
    for (;;) {
      const found = yield* this.root.get(SERVICE_ACCOUNTS, name);
      if (found.ok) return;
      if (found.status === 404) {
        yield* this.root.get(NAMESPACES, { namespace: null, name: NAMESPACE });
        const body: KubeObject = { kind: 'ServiceAccount', apiVersion: 'v1', metadata: { name: account, namespace: NAMESPACE } };
        const made = yield* this.root.create(SERVICE_ACCOUNTS, name, body);
        if (made.ok || made.status === 409) return;
      }
      yield* this.ctx.sleep(RETRY_US);
    }
  }

  client(account: string): ApiClient {
    let client = this.clients.get(account);
    if (client === undefined) {
      const userAgent = `${USER_AGENT}/system:serviceaccount:${NAMESPACE}:${account}`;
      const credentials: Credentials = { type: 'tokens', source: () => this.token(account) };
      client = new ApiClient(this.ctx, { credentials, userAgent, protobuf: true, ...(RATES[account] ?? RATE) });
      this.clients.set(account, client);
    }
    return client;
  }

  /** The account's token; asks for one if there is none that is good for a while. */
  *token(account: string): Task<string> {
    const held = this.tokens.get(account);
    if (held !== undefined && this.ctx.clock() < held.untilUs - LEEWAY_US) return held.token;
    return yield* suspend<string>((resume) => {
      const waiting = this.waiting.get(account);
      if (waiting !== undefined) return void waiting.push(resume);
      this.waiting.set(account, [resume]);
      this.ctx.spawn(this.request(account), ACTOR);
    });
  }

  private *request(account: string): Task<void> {
    const body = {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: {},
      spec: { audiences: null, expirationSeconds: LIFETIME_SECONDS, boundObjectRef: null },
      status: { token: '', expirationTimestamp: null },
    };
    for (;;) {
      const reply = yield* this.root.create<TokenRequest>(SERVICE_ACCOUNTS, { namespace: NAMESPACE, name: account }, body, {
        subresource: 'token',
      });
      if (reply.ok) {
        const { token, expirationTimestamp } = reply.body.status;
        const untilUs = parseTime(expirationTimestamp) ?? this.ctx.clock();
        this.tokens.set(account, { token, untilUs });
        const waiting = this.waiting.get(account) ?? [];
        this.waiting.delete(account);
        for (const resume of waiting) resume(token);
        return;
      }
      if (reply.status === 404) yield* this.ensure(account);
      else yield* this.ctx.sleep(RETRY_US);
    }
  }
}
