// The parts of an image's name. Models pkg/util/parsers and the reference grammar of distribution/reference.

export interface ImageName {
  /** With host and path as written: `registry:5000/a/b`, `nginx`. */
  readonly repository: string;
  /** '' if none is written. */
  readonly tag: string;
  /** `sha256:...`, '' if none is written. */
  readonly digest: string;
}

export function parseImageName(image: string): ImageName {
  const at = image.indexOf('@');
  const named = at < 0 ? image : image.slice(0, at);
  const colon = named.lastIndexOf(':');
  const tagged = colon > named.lastIndexOf('/');
  return {
    repository: tagged ? named.slice(0, colon) : named,
    tag: tagged ? named.slice(colon + 1) : '',
    digest: at < 0 ? '' : image.slice(at + 1),
  };
}

/** The tag that is meant: `latest` if neither a tag nor a digest is written. */
export function imageTag(image: string): string {
  const { tag, digest } = parseImageName(image);
  return tag === '' && digest === '' ? 'latest' : tag;
}
