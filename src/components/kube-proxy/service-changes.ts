// Which Services changed since the last sync. Models kubernetes pkg/proxy/servicechangetracker.go.
import { jsonEqual } from '../../base/json';
import { SortedMap } from '../../base/sorted-map';
import type { Service } from '../../machinery/types';
import { type ServicePortInfo, servicePortsOf } from './service-port';

type Ports = ReadonlyMap<string, ServicePortInfo>;
const NONE: Ports = new Map();

export class ServiceChanges {
  /** All ports that have rules, as of the last `apply`. */
  readonly ports = new SortedMap<ServicePortInfo>();
  private readonly pending = new Map<string, { readonly before: Ports; after: Ports }>();

  /** Notes a change (null: it was not there, or is not there any more). True if there is something to sync,
   *  because of this change or an earlier one. */
  update(before: Service | null, after: Service | null): boolean {
    const { metadata } = (after ?? before) as Service;
    const name = `${metadata.namespace ?? ''}/${metadata.name}`;
    const now = after === null ? NONE : servicePortsOf(after);
    let change = this.pending.get(name);
    if (change === undefined) this.pending.set(name, (change = { before: before === null ? NONE : servicePortsOf(before), after: now }));
    else change.after = now;
    if (samePorts(change.before, now)) this.pending.delete(name);
    return this.pending.size > 0;
  }

  /** Brings `ports` up to date; returns the names (`namespace/service`) of the Services that changed. */
  apply(): string[] {
    for (const { before, after } of this.pending.values()) {
      for (const key of before.keys()) if (!after.has(key)) this.ports.delete(key);
      for (const [key, port] of after) this.ports.set(key, port);
    }
    const changed = [...this.pending.keys()];
    this.pending.clear();
    return changed;
  }
}

const samePorts = (a: Ports, b: Ports): boolean => a.size === b.size && [...a].every(([key, port]) => jsonEqual(port, b.get(key)));
