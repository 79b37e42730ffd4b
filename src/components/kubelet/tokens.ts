// Tokens of service accounts for pods, asked for once per pod and audience and renewed when most of their time
// is over. Models kubernetes pkg/kubelet/token/token_manager.go.
import { SECOND } from '../../base/brand';
import type { JsonObject } from '../../base/json';
import { err, ok, type Result } from '../../base/result';
import type { ApiClient, ResourceRef } from '../../client/api-client';
import { parseTime } from '../../machinery/time';
import type { KubeObject, Pod } from '../../machinery/types';
import type { Ctx } from '../../sim/process';
import type { Task } from '../../sim/task';

const ACCOUNTS: ResourceRef = { group: '', version: 'v1', resource: 'serviceaccounts' };

/** In this last share of its time a token is renewed. */
const LAST_SHARE = 0.2;

export interface TokenSource {
  readonly audience?: string;
  readonly expirationSeconds?: number;
}
type TokenRequest = KubeObject & { readonly status: { readonly token: string; readonly expirationTimestamp: string } };

export interface Token {
  readonly token: string;
  /** From then on another one is asked for, by this machine's clock. */
  readonly renewAtUs: number;
}

export class Tokens {
  private readonly known = new Map<string, Token>();

  constructor(
    private readonly ctx: Ctx,
    private readonly api: ApiClient,
  ) {}

  *get(pod: Pod, { audience, expirationSeconds = 3_600 }: TokenSource): Task<Result<Token>> {
    const { uid = '', namespace = '', name } = pod.metadata;
    const key = `${uid}/${audience ?? ''}/${expirationSeconds}`;
    const known = this.known.get(key);
    if (known !== undefined && this.ctx.clock() < known.renewAtUs) return ok(known);
    const body: JsonObject = {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: {},
      spec: {
        audiences: audience ? [audience] : null,
        expirationSeconds,
        boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name, uid },
      },
      status: { token: '', expirationTimestamp: null },
    };
    const account = pod.spec.serviceAccountName || 'default';
    const reply = yield* this.api.create<TokenRequest>(ACCOUNTS, { namespace, name: account }, body, { subresource: 'token' });
    if (!reply.ok) return err(`failed to fetch token: ${reply.error?.message ?? reply.failure ?? ''}`);
    const lifeUs = expirationSeconds * SECOND;
    const endUs = parseTime(reply.body.status.expirationTimestamp) ?? this.ctx.clock() + lifeUs;
    const token = { token: reply.body.status.token, renewAtUs: endUs - Math.floor(lifeUs * LAST_SHARE) };
    this.known.set(key, token);
    return ok(token);
  }

  forget(uid: string): void {
    for (const key of [...this.known.keys()]) if (key.startsWith(`${uid}/`)) this.known.delete(key);
  }
}
