// A fault as what somebody does: for the sentence of the input, and the names of branches.
import type { FaultSpec } from '../wire/run';

/** `Stop kube-scheduler`. */
export function faultWords(fault: FaultSpec): string {
  switch (fault.kind) {
    case 'kill-container':
    case 'kill-process':
      return `Kill ${fault.component}`;
    case 'start-process':
      return `Start ${fault.component}`;
    case 'static-pod-away':
      return fault.away ? `Stop ${fault.component}` : `Start ${fault.component} again`;
    case 'node-power':
      return fault.on ? `Power on ${fault.node}` : `Power off ${fault.node}`;
    case 'reset':
      return `Reset ${fault.from} and ${fault.to}`;
    case 'partition':
      return `Cut ${fault.from} from ${fault.to}`;
    case 'stall':
      return `Stall ${fault.from} to ${fault.to}`;
    case 'delay':
      return `Slow down ${fault.from} and ${fault.to}`;
    case 'heal':
      return `Mend ${fault.from} and ${fault.to}`;
    case 'lose-answer':
      return `Lose an answer to ${fault.from}`;
    case 'compact-etcd':
      return 'Compact etcd';
    case 'registry':
      return `Registry ${fault.state}`;
    case 'clock':
      return `Set the clock of ${fault.node}`;
    case 'disk':
      return fault.full ? `Fill the disk of ${fault.node}` : `Make room on ${fault.node}`;
  }
}
