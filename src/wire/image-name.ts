// Names of container images as people write them and as engines resolve them.
// Models github.com/distribution/reference (normalize.go) and kubernetes pkg/util/parsers. Left out: the
// full grammar of domains.
import { digestOf } from '../base/hash';
import { err, ok, type Result } from '../base/result';

export interface ImageName {
  /** With its registry: `docker.io/library/nginx`. */
  readonly repo: string;
  readonly tag: string | null;
  /** `sha256:...` */
  readonly digest: string | null;
}

const PATH = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;

/** The name with registry and `library/` filled in. Neither tag nor digest means the tag `latest`. The
 *  error is the library's text. */
export function parseImageName(text: string): Result<ImageName> {
  if (/^[a-f0-9]{64}$/.test(text)) return err(`invalid repository name (${text}), cannot specify 64-byte hexadecimal strings`);
  const at = text.indexOf('@');
  const digest = at < 0 ? null : text.slice(at + 1);
  const named = at < 0 ? text : text.slice(0, at);
  const colon = named.lastIndexOf(':');
  const hasTag = colon > named.lastIndexOf('/');
  const tag = hasTag ? named.slice(colon + 1) : null;
  const name = hasTag ? named.slice(0, colon) : named;
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const hasDomain = /[.:A-Z]/.test(first) || first === 'localhost';
  const domain = hasDomain ? first : 'docker.io';
  const rest = hasDomain ? name.slice(slash + 1) : name;
  const path = domain === 'docker.io' && !rest.includes('/') ? `library/${rest}` : rest;
  if (/[A-Z]/.test(path)) return err('invalid reference format: repository name must be lowercase');
  if (!PATH.test(path) || (tag !== null && !TAG.test(tag)) || (digest !== null && !DIGEST.test(digest)))
    return err('invalid reference format');
  return ok({ repo: `${domain}/${path}`, tag: tag ?? (digest === null ? 'latest' : null), digest });
}

/** `docker.io/library/nginx:1.27`; with a digest, that instead of the tag. */
export const imageReference = ({ repo, tag, digest }: ImageName): string =>
  digest === null ? `${repo}:${tag ?? 'latest'}` : `${repo}@${digest}`;

// ---- What the images of this model hash to: content is named by what it is the content of.

/** The digest that a registry gives for a tag. */
export const manifestDigest = (repo: string, tag: string): string => sha256(`manifest/${repo}:${tag}`);
/** The digest of an image's configuration, which engines use as the image's id. */
export const configDigest = (manifest: string): string => sha256(`config/${manifest}`);
export const layerDigest = (manifest: string): string => sha256(`layer/${manifest}`);

/** 64 hex digits that identify a text; no SHA-256, which nobody could tell here. */
const sha256 = (text: string): string => `sha256:${['a', 'b', 'c', 'd'].map((salt) => digestOf(`${salt}/${text}`)).join('')}`;
