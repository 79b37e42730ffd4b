// What a person can send us after a failure of ours: the error, and the run that leads to it.
import type { Run } from '../wire/run';

/** The last line is the run as JSON: opened again, it fails again. */
export function failureReport(error: unknown, run: Run | null): string {
  const text = error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : String(error);
  return `${text}\n\nThe run:\n${run === null ? 'none' : JSON.stringify(run)}`;
}
