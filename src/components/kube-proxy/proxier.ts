// Brings the rules of this node in line with Services and endpoints: all of them in a full sync, the chains of
// what changed in a partial one. Models kubernetes pkg/proxy/iptables/proxier.go.
// Left out: health check servers, conntrack clean-up, metrics, IPv6.
import { MINUTE, SECOND } from '../../base/brand';
import type { Task } from '../../sim/task';
import { EndpointChanges } from './endpoint-changes';
import type { Iptables } from './iptables';
import { restoreInput, staleChains } from './restore-input';
import { ServiceChanges } from './service-changes';
import { type ProxierConfig, type ServiceRules, type Site, serviceRules } from './service-rules';

export const SYNC_PERIOD_US = 30 * SECOND;
export const FULL_SYNC_PERIOD_US = 60 * MINUTE;
const LARGE_CLUSTER_ENDPOINTS = 1_000;

export interface SyncReport {
  readonly full: boolean;
  readonly services: number;
  readonly endpoints: number;
  /** Names of the Services that changed; in a partial sync only their chains were written. */
  readonly changed: readonly string[];
  readonly staleChains: number;
  readonly ok: boolean;
}

export class Proxier {
  readonly services = new ServiceChanges();
  readonly endpoints: EndpointChanges;
  needsFullSync = true;
  /** Value of the node's zone label; '' without one. */
  zone = '';
  private readonly rendered = new Map<string, ServiceRules>();
  private lastFullSyncUs = Number.NEGATIVE_INFINITY;
  private lastCleanupUs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly config: ProxierConfig,
    private readonly iptables: Iptables,
    private readonly nowUs: () => number,
  ) {
    this.endpoints = new EndpointChanges(config.node);
  }

  /** One sync. Where it fails the next one is a full one, since the changes are not remembered. */
  *sync(): Task<SyncReport> {
    const full = this.needsFullSync || this.nowUs() - this.lastFullSyncUs > FULL_SYNC_PERIOD_US;
    const changed = new Set([...this.services.apply(), ...this.endpoints.apply()]);
    const endpoints = this.countEndpoints();
    const site: Site = { config: this.config, zone: this.zone, large: endpoints > LARGE_CLUSTER_ENDPOINTS };
    const report = { full, services: this.services.ports.size, endpoints, changed: [...changed], staleChains: 0 };
    this.needsFullSync = false;
    if (full && !(yield* this.iptables.ensureJumps())) return this.failed(report);
    const services = this.render(site, full ? null : changed);
    const stale = yield* this.findStale(site.large);
    const restored = yield* this.iptables.restore(restoreInput({ services, stale }, this.config));
    if (!restored) return this.failed(report);
    if (full) this.lastFullSyncUs = this.nowUs();
    return { ...report, staleChains: stale.length, ok: true };
  }

  private failed(report: Omit<SyncReport, 'ok'>): SyncReport {
    this.needsFullSync = true;
    return { ...report, ok: false };
  }

  private countEndpoints(): number {
    let count = 0;
    for (const key of this.services.ports.keys()) count += this.endpoints.endpoints.get(key)?.length ?? 0;
    return count;
  }

  /** Renders what changed (null: everything); the rest is as it was. */
  private render(site: Site, changed: ReadonlySet<string> | null): { rules: ServiceRules; written: boolean }[] {
    for (const key of [...this.rendered.keys()]) if (!this.services.ports.has(key)) this.rendered.delete(key);
    return [...this.services.ports.entries()].map(([key, port]) => {
      const known = this.rendered.get(key);
      if (known !== undefined && changed !== null && !changed.has(port.service)) return { rules: known, written: false };
      const rules = serviceRules(port, this.endpoints.endpoints.get(key) ?? [], site);
      this.rendered.set(key, rules);
      return { rules, written: true };
    });
  }

  /** To ask for all chains takes long where there are many: then only now and again. */
  private *findStale(large: boolean): Task<string[]> {
    if (large && this.nowUs() - this.lastCleanupUs <= SYNC_PERIOD_US) return [];
    const saved = yield* this.iptables.save('nat');
    if (!saved.ok) return [];
    this.lastCleanupUs = this.nowUs();
    return staleChains(saved.value, [...this.rendered.values()]);
  }
}
