// Service account tokens: JSON web tokens whose claims are the real ones and whose signature is a digest that
// only this server makes. Models pkg/serviceaccount (claims.go, jwt.go). Left out: RSA, key rotation, audiences
// other than the API's own in authentication.

import { fromBase64Url, toBase64Url } from '../../../base/base64';
import { Digest } from '../../../base/hash';
import { isObject, type JsonObject } from '../../../base/json';

export const ISSUER = 'https://kubernetes.default.svc.cluster.local';
const HEADER = toBase64Url('{"alg":"RS256","kid":"watchloop"}');
const SECRET = 'the key in /etc/kubernetes/pki/sa.key';

export interface Claims {
  readonly aud: readonly string[];
  readonly exp: number;
  readonly iat: number;
  readonly iss: string;
  readonly jti: string;
  readonly 'kubernetes.io': {
    readonly namespace: string;
    readonly node?: { readonly name: string; readonly uid: string };
    readonly pod?: { readonly name: string; readonly uid: string };
    readonly secret?: { readonly name: string; readonly uid: string };
    readonly serviceaccount: { readonly name: string; readonly uid: string };
  };
  readonly nbf: number;
  readonly sub: string;
}

export function signToken(claims: Claims): string {
  const signed = `${HEADER}.${toBase64Url(JSON.stringify(claims))}`;
  return `${signed}.${signatureOf(signed)}`;
}

/** The claims of a token that this server signed; null for any other text. */
export function verifyToken(token: string): Claims | null {
  const dot = token.lastIndexOf('.');
  const signed = token.slice(0, Math.max(dot, 0));
  if (dot < 0 || signatureOf(signed) !== token.slice(dot + 1)) return null;
  const text = fromBase64Url(signed.slice(signed.indexOf('.') + 1));
  try {
    const claims = JSON.parse(text ?? '') as JsonObject;
    return isObject(claims) ? (claims as unknown as Claims) : null;
  } catch {
    return null;
  }
}

const signatureOf = (signed: string): string => toBase64Url(new Digest().text(signed).text(SECRET).hex());
