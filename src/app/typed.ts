// What was typed, and the manifest beside it, as an input for the cluster; untrusted, so bounded.
import { err, ok, type Result } from '../base/result';
import { isCurlLine, parseCurlLine } from '../wire/curl-line';
import type { Input } from '../wire/run';

/** Why it cannot be given. */
export type Untypable = 'too-long' | 'not-a-request';

/** Characters. */
const MAX_LINE = 8_192;
const MAX_STDIN = 131_072;

export function typedInput(line: string, stdin: string | null): Result<Input, Untypable> {
  if (line.length > MAX_LINE || (stdin?.length ?? 0) > MAX_STDIN) return err('too-long');
  if (isCurlLine(line)) {
    const request = parseCurlLine(line);
    return request.ok ? request : err('not-a-request');
  }
  return ok(stdin === null ? { type: 'kubectl', line } : { type: 'kubectl', line, stdin });
}
