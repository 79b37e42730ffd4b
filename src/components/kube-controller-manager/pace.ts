// How long this process computes before it sends: on the recorded machine (2 cores, idle cluster) the next request
// reaches kube-apiserver 1 to 2 ms after the delivery or answer that led to it (create-deployment-real-20.json:
// ReplicaSet POST 1.0 ms after the Deployment's answer, status update 1.7 to 2.4 ms after the one before), of which
// the network and the server's queue are part.
import type { Ctx } from '../../sim/process';
import type { Task } from '../../sim/task';

const LEAST_US = 500;
const SPREAD_US = 700;

/** Waits as long as the work before one request takes; `what` names the work. */
export function* compute(ctx: Ctx, what: string): Task<void> {
  yield* ctx.sleep(LEAST_US + ctx.random(`compute/${what}`).below(SPREAD_US), { idle: false });
}
