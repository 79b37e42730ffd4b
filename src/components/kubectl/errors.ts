// How a command ends badly: the texts that kubectl prints for refusals, and its exit code.
// Models kubectl pkg/cmd/util/helpers.go (checkErr, StandardErrorMessage, AddSourceToErr).
import type { JsonObject } from '../../base/json';
import type { Status } from '../../machinery/status';

/** Ends the command from wherever it is, as cmdutil.CheckErr does; caught in kubectl.ts, and nowhere else
 *  but where upstream goes on with the next object. `text` is what is printed. */
export class CommandError {
  constructor(
    readonly text: string,
    readonly code = 1,
  ) {}

  /** `error when creating "x.yaml": …`, as for objects that came from a file. */
  withSource(verb: string, source: string): CommandError {
    return source === '' ? this : fail(`error when ${verb} "${source}": ${this.text.replace(/^error: /, '')}`);
  }
}

/** A refusal by the server. */
export class ApiError extends CommandError {
  constructor(
    readonly status: Status,
    readonly message: string = status.message ?? '',
  ) {
    super(refusalText(status, message));
  }

  override withSource(verb: string, source: string): ApiError {
    return source === '' ? this : new ApiError(this.status, `error when ${verb} "${source}": ${this.message}`);
  }

  get reason(): string {
    return this.status.reason ?? '';
  }
}

/** `error: TEXT`. */
export const fail = (text: string): CommandError => new CommandError(text.startsWith('error: ') ? text : `error: ${text}`);

/** `error: TEXT` and where to read about the command. */
export const usageError = (command: string, text: string): CommandError =>
  new CommandError(`error: ${text}\nSee '${command} -h' for help and examples`);

function refusalText(status: Status, message: string): string {
  if (status.reason === 'Invalid') return invalidText(status);
  return statusText(status, message);
}

function statusText(status: Status, message: string): string {
  if (status.reason === 'Unauthorized') return `error: You must be logged in to the server (${message})`;
  return status.reason ? `Error from server (${status.reason}): ${message}` : `Error from server: ${message}`;
}

function invalidText(status: Status): string {
  const { details } = status;
  if (!details) return `The request is invalid${status.message ? `: ${status.message}` : ''}`;
  const causes = [...new Set((details.causes ?? []).map(({ field, message }) => `${field ?? ''}: ${message ?? ''}`))];
  let head = 'The request is invalid';
  if (details.kind || details.name) head = `The ${details.kind ?? ''} "${details.name ?? ''}" is invalid`;
  else if (status.message && causes.length === 0) head += `: ${status.message}`;
  if (causes.length === 0) return head;
  return causes.length === 1 ? `${head}: ${causes[0]}` : `${head}: \n${causes.map((cause) => `* ${cause}\n`).join('')}`;
}

/** Several errors at once, each on its own line. */
export function severalErrors(errors: readonly CommandError[]): CommandError {
  const [first] = errors;
  if (first !== undefined && errors.length === 1) return first;
  return new CommandError(errors.map(lineOf).join('\n'));
}

/** In a list of errors kubectl leaves `error: ` out, and tells an invalid object by its message. */
const lineOf = (error: CommandError): string =>
  error instanceof ApiError ? statusText(error.status, error.message) : error.text.replace(/^error: /, '');

export const isStatus = (body: unknown): body is JsonObject & Status =>
  typeof body === 'object' && body !== null && (body as JsonObject)['kind'] === 'Status';
