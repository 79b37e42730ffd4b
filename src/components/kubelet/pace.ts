// How long the kubelet computes between two calls to its container engine: 2 to 3 ms on the recorded machine
// (real-traces/create-deployment.json: ImageStatus 535, CreateContainer 538; PodSandboxStatus 479, ImageStatus 483).
import type { Ctx } from '../../sim/process';
import type { Task } from '../../sim/task';

const LEAST_US = 1_500;
const SPREAD_US = 1_000;

/** Waits as long as the work before one call takes; `what` names the work. */
export function* think(ctx: Ctx, what: string): Task<void> {
  yield* ctx.sleep(LEAST_US + ctx.random(`think/${what}`).below(SPREAD_US));
}
