// How the generic controllers ask: for the metadata of objects of any kind, with plain JSON where they send something.
// Models k8s.io/client-go/metadata/metadata.go.

const asking = (kind: string): string =>
  ['vnd.kubernetes.protobuf', 'json'].map((type) => `application/${type};as=${kind};g=meta.k8s.io;v=v1`).join(',');

export const METADATA_ONLY = { accept: `${asking('PartialObjectMetadata')},application/json` };
export const METADATA_LIST = { accept: `${asking('PartialObjectMetadataList')},application/json` };
export const METADATA_WATCH = asking('PartialObjectMetadata');
/** Of the body of a DELETE. */
export const JSON_BODY = { 'content-type': 'application/json' };
