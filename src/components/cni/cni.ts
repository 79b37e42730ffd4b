// The CNI plugins of a node: bridge with host-local addresses, as containerd runs them for a sandbox.
// Models containernetworking/plugins: main/bridge, ipam/host-local (backend/allocator). Left out: loopback
// and portmap, which containerd runs beside it and which answer nothing of interest; IPv6.
import { entry, type JsonObject } from '../../base/json';
import type { Incoming } from '../../sim/network';
import type { Ctx, Interior, Program } from '../../sim/process';
import type { Task } from '../../sim/task';
import type { CallRequest, RpcError } from '../../wire/payload';

/** What host-local keeps under /var/lib/cni: it outlives the plugins, which run once per call. */
export interface CniDisk {
  /** Address -> container id. */
  readonly reserved: Map<string, string>;
  last: number | null;
}
export const newCniDisk = (): CniDisk => ({ reserved: new Map(), last: null });

/** Microseconds of one ADD and one DEL: bridge with host-local in ../shared/vectors/cri-lowlevel.json, less
 *  what its logging wrappers add. */
const ADD_US = 28_000;
const DEL_US = 30_000;

export const cni = (podCIDR: string, disk: CniDisk): Program => ({
  start: (ctx) => {
    ctx.inside('boot', { podCIDR }, interiorOf(disk));
    ctx.listen((incoming) => serve(ctx, incoming, rangeOf(podCIDR), disk));
  },
  inspect: () => interiorOf(disk),
});

const interiorOf = (disk: CniDisk): Interior => Object.fromEntries([...disk.reserved].map(([address, id]) => [`address/${address}`, id]));

function* serve(ctx: Ctx, incoming: Incoming, range: Range, disk: CniDisk): Task<void> {
  const { rpc, body } = incoming.payload as CallRequest;
  const id = String(body.containerId);
  yield* ctx.sleep(rpc === 'ADD' ? ADD_US : DEL_US);
  const respond = (answer: JsonObject, error: RpcError | null): void =>
    incoming.respond({ protocol: 'cni', kind: 'response', rpc, body: answer, error });
  if (rpc === 'DEL') {
    for (const [address, owner] of [...disk.reserved]) {
      if (owner !== id) continue;
      disk.reserved.delete(address);
      ctx.inside('container', { released: address, id }, entry(`address/${address}`, null));
    }
    return respond({}, null);
  }
  const address = allocate(range, disk, id);
  if (address === null) {
    const { first, end } = range;
    return respond(
      {},
      {
        code: '11',
        message: `failed to allocate for range 0: no IP addresses available in range set: ${dotted(first - 1)}-${dotted(end - 1)}`,
      },
    );
  }
  ctx.inside('container', { reserved: address, id }, entry(`address/${address}`, id));
  respond(result(address, range, String(body.netns)), null);
}

const result = (address: string, { bits, first }: Range, netns: string): JsonObject => ({
  cniVersion: '1.0.0',
  interfaces: [{ name: 'cni0' }, { name: 'eth0', sandbox: netns }],
  ips: [{ interface: 1, address: `${address}/${bits}`, gateway: dotted(first - 1) }],
  routes: [{ dst: '0.0.0.0/0' }],
  dns: {},
});

// ---- host-local: the next free address after the last one given, around the range

/** Addresses as numbers: [first, end); the gateway is the one before the first. */
export interface Range {
  readonly first: number;
  readonly end: number;
  readonly bits: number;
}

/** `10.244.1.0/24` -> 10.244.1.2 to 10.244.1.254. */
export function rangeOf(cidr: string): Range {
  const [base = '', bits = '24'] = cidr.split('/');
  const network = base.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return { first: network + 2, end: network + 2 ** (32 - Number(bits)) - 1, bits: Number(bits) };
}

export const dotted = (address: number): string => [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');

/** Reserves an address; null if all are taken. */
export function allocate({ first, end }: Range, disk: CniDisk, id: string): string | null {
  const size = end - first;
  const start = disk.last === null ? 0 : disk.last - first + 1;
  for (let i = 0; i < size; i++) {
    const candidate = first + ((start + i) % size);
    const address = dotted(candidate);
    if (disk.reserved.has(address)) continue;
    disk.reserved.set(address, id);
    disk.last = candidate;
    return address;
  }
  return null;
}
