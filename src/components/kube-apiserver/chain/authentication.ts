// Who is it? Client certificate, else bearer token, else nobody; then impersonation.
// Models apiserver pkg/authentication/request/{x509,bearertoken,anonymous,union} and
// pkg/endpoints/filters/impersonation.go. Left out: front proxy headers, OIDC, webhooks.
import { SECOND, type SimTime } from '../../../base/brand';
import { EPOCH_SECONDS } from '../../../machinery/time';
import type { Certificate, HttpRequest } from '../../../wire/payload';
import { type Claims, verifyToken } from './token';
import { ANONYMOUS, AUTHENTICATED, serviceAccountGroups, serviceAccountUser, UNAUTHENTICATED, type User } from './user';

/** Looks up the uid of a service account or pod, null if there is none. */
export type UidLookup = (resource: 'serviceaccounts' | 'pods', namespace: string, name: string) => string | null;

export interface Identified {
  readonly user: User;
  readonly how: string;
}

export class Authenticator {
  private readonly byToken = new Map<string, { readonly claims: Claims; readonly user: User }>();
  private readonly byCertificate = new Map<string, Identified>();

  constructor(private readonly uidOf: UidLookup) {}

  /** Null: credentials were shown that are not good (401). */
  authenticate(request: HttpRequest, now: SimTime): Identified | null {
    if (request.certificate !== null) return this.fromCertificate(request.certificate);
    const { authorization } = request.headers;
    if (authorization === undefined) return NOBODY;
    const token = /^bearer (.+)$/i.exec(authorization.trim())?.[1];
    if (token === undefined) return NOBODY;
    const user = this.tokenUser(token.trim(), now);
    return user === null ? null : { user, how: 'service account token' };
  }

  /** The user of a service account token, null if it is not good. */
  tokenUser(token: string, now: SimTime): User | null {
    let known = this.byToken.get(token);
    if (known === undefined) {
      const claims = verifyToken(token);
      if (claims === null) return null;
      known = { claims, user: userOf(claims) };
      this.byToken.set(token, known);
    }
    const { claims, user } = known;
    const { namespace, serviceaccount, pod } = claims['kubernetes.io'];
    if (claims.exp <= EPOCH_SECONDS + now / SECOND) return null;
    if (this.uidOf('serviceaccounts', namespace, serviceaccount.name) !== serviceaccount.uid) return null;
    if (pod !== undefined && this.uidOf('pods', namespace, pod.name) !== pod.uid) return null;
    return user;
  }

  private fromCertificate({ commonName, organizations }: Certificate): Identified {
    const key = `${commonName}/${organizations.join('/')}`;
    let identified = this.byCertificate.get(key);
    if (identified === undefined) {
      identified = { user: { name: commonName, groups: [...organizations, AUTHENTICATED] }, how: 'client certificate' };
      this.byCertificate.set(key, identified);
    }
    return identified;
  }
}

const NOBODY: Identified = { user: ANONYMOUS, how: 'anonymous' };

function userOf(claims: Claims): User {
  const { namespace, serviceaccount, pod, node } = claims['kubernetes.io'];
  return {
    name: serviceAccountUser(namespace, serviceaccount.name),
    groups: [...serviceAccountGroups(namespace), AUTHENTICATED],
    uid: serviceaccount.uid,
    extra: {
      ...(pod === undefined
        ? {}
        : { 'authentication.kubernetes.io/pod-name': [pod.name], 'authentication.kubernetes.io/pod-uid': [pod.uid] }),
      ...(node === undefined
        ? {}
        : { 'authentication.kubernetes.io/node-name': [node.name], 'authentication.kubernetes.io/node-uid': [node.uid] }),
      'authentication.kubernetes.io/credential-id': [`JTI=${claims.jti}`],
    },
  };
}

/** Whom the request wants to be taken for, if it says so. */
export function impersonated(request: HttpRequest): User | null {
  const name = request.headers['impersonate-user'];
  if (name === undefined || name === '') return null;
  const given = (request.headers['impersonate-group'] ?? '')
    .split(',')
    .map((group) => group.trim())
    .filter((group) => group !== '');
  const account = /^system:serviceaccount:([^:]+):[^:]+$/.exec(name);
  const groups = given.length === 0 && account !== null ? [...serviceAccountGroups(account[1] ?? '')] : given;
  const last = name === ANONYMOUS.name ? UNAUTHENTICATED : AUTHENTICATED;
  return { name, groups: groups.includes(last) ? groups : [...groups, last] };
}
