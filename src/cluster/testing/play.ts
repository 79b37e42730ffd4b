// A run of the default cluster for tests: played to rest, with the trace and what every simulation must keep.
import { check } from '../../trace/checkers';
import { Trace } from '../../trace/trace';
import type { ComponentId } from '../../wire/names';
import type { TraceRecord } from '../../wire/record';
import type { FaultSpec } from '../../wire/run';
import { defaultRun } from '../default-run';
import { Runner } from '../runner';

/** One API request with its answer, as one line: `replicaset-controller POST /api/v1/namespaces/default/pods 201`. */
export interface ApiCall {
  readonly seq: number;
  readonly actor: string;
  readonly line: string;
}

export class Play {
  readonly runner: Runner;
  /** The first record after boot. */
  readonly start: number;

  constructor(options: { readonly seed?: number; readonly payloads?: 'shared' | 'copied' } = {}) {
    this.runner = new Runner(defaultRun(options.seed ?? 1), { payloads: options.payloads ?? 'shared' });
    this.runner.finish();
    this.start = this.records.length;
  }

  get sim(): Runner['cluster']['sim'] {
    return this.runner.cluster.sim;
  }
  get records(): readonly TraceRecord[] {
    return this.sim.recorder.records;
  }

  /** Types a command and runs to rest. */
  kubectl(line: string, stdin?: string): this {
    this.runner.add(stdin === undefined ? { type: 'kubectl', line } : { type: 'kubectl', line, stdin });
    this.runner.finish();
    return this;
  }
  fault(fault: FaultSpec): this {
    this.runner.add({ type: 'fault', fault });
    this.runner.finish();
    return this;
  }
  wait(us: number): this {
    this.runner.wait(us);
    return this;
  }

  trace(): Trace {
    const trace = new Trace(this.records);
    trace.follow();
    return trace;
  }

  /** What every trace must keep: a list of what is wrong. */
  violations(): readonly string[] {
    return [...this.sim.crashes.map(({ component, error }) => `${component} crashed: ${error}`), ...check(this.records)];
  }

  /** Requests to kube-apiserver since the start, heartbeats and polls left out. */
  calls(from = this.start): ApiCall[] {
    const trace = this.trace();
    return this.records.slice(from).flatMap((record) => {
      const { payload } = record;
      if (payload.kind !== 'request' || payload.protocol !== 'http' || record.to !== 'kube-apiserver') return [];
      if ((trace.levels[record.seq] ?? 0) > 1) return [];
      const answer = trace.answerOf(record)?.payload;
      const status = answer?.kind === 'response' && answer.protocol === 'http' ? answer.status : 0;
      const actor = record.actor ?? record.from;
      return [{ seq: record.seq, actor, line: `${actor} ${payload.method} ${payload.path} ${status}` }];
    });
  }

  /** What kubectl printed since record `from`. */
  printed(from = this.start): string {
    return this.records
      .slice(from)
      .map(({ payload }) => (payload.kind === 'output' ? payload.stdout + payload.stderr : ''))
      .join('');
  }

  /** All interiors, as their programs tell them. */
  interiors(): Map<ComponentId, unknown> {
    return new Map(this.sim.running().map((process) => [process.id, process.program.inspect()]));
  }
}
