// gRPC's number of a code, and the HTTP status that etcd's gateway (3.5) gives for it.
const CODES: { readonly [code: string]: readonly [number: number, status: number] } = {
  InvalidArgument: [3, 400],
  NotFound: [5, 404],
  FailedPrecondition: [9, 400],
  OutOfRange: [11, 400],
  Unavailable: [14, 503],
};

export const grpcCode = (code: string): readonly [number: number, status: number] => CODES[code] ?? [2, 500];
