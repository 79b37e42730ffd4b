// Commands that the real kubectl has and this one has not: they say so, and send nothing.
import { CommandError } from './errors';
import type { Command } from './session';

/** A command that needs what the simulation does not have. */
export const unmodelled = (name: string, needs: string): Command => ({
  flags: '',
  lenient: true,
  *run() {
    throw new CommandError(`error: kubectl ${name} is not part of this simulation: it needs ${needs}`);
  },
});
