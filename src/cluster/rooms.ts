// What the processes of a container see: their environment and name, and the files that its bundle mounts. All of it is
// on the machine's disk: containerd's containers and sandboxes, the kubelet's volumes.
import { isObject, type JsonObject } from '../base/json';
import type { SandboxRecord } from '../components/containerd/disk';
import { etcHosts } from '../components/kubelet/etc-hosts';
import type { Room } from '../components/runc/programs';
import type { MachineDisk } from './programs';

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** What a busybox image holds at its top. */
const FOLDERS = ['bin', 'dev', 'etc', 'home', 'proc', 'root', 'sys', 'tmp', 'usr', 'var'];
const VOLUME = /^\/var\/lib\/kubelet\/pods\/([^/]+)\/volumes\/[^/]+\/([^/]+)(?:\/(.*))?$/;

/** Null: there is no such container. */
export function roomOf(disk: MachineDisk, id: string): Room | null {
  const container = disk.containerd.containers.get(id);
  const sandbox = container === undefined ? undefined : disk.containerd.sandboxes.get(container.sandboxId);
  if (container === undefined || sandbox === undefined) return null;
  const hostname = String(sandbox.config.hostname ?? '');
  const envs = (container.config.envs ?? []) as readonly { readonly key: string; readonly value: string }[];
  const fixed = [
    { name: 'PATH', value: PATH },
    { name: 'HOSTNAME', value: hostname },
  ];
  const env = [...fixed, ...envs.map(({ key, value }) => ({ name: key, value })), { name: 'HOME', value: '/root' }];
  const files = filesOf(disk, (container.config.mounts ?? []) as unknown as readonly Mount[], sandbox, hostname);
  return { hostname, env, read: (path) => files.get(plain(path)) ?? null, list: (path) => listed(files, plain(path)) };
}

interface Mount {
  readonly containerPath: string;
  readonly hostPath: string;
}
const plain = (path: string): string =>
  `/${path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')}`;

/** Files by path. A folder that is mounted is there with an empty name in it. */
function filesOf(
  disk: MachineDisk,
  mounts: readonly Mount[],
  { config, ip }: SandboxRecord,
  hostname: string,
): ReadonlyMap<string, string> {
  const files = new Map([
    ['/etc/hostname', `${hostname}\n`],
    ['/etc/hosts', etcHosts({ ips: ip === null ? [] : [ip], hostname, domain: '', aliases: [] })],
    ['/etc/resolv.conf', resolvConf(config.dnsConfig)],
  ]);
  for (const { containerPath, hostPath } of mounts) {
    const [, uid = '', volume = '', below] = VOLUME.exec(hostPath) ?? [];
    if (uid === '') continue;
    const content = disk.kubelet.volumes.get(uid)?.get(volume)?.() ?? new Map<string, string>();
    if (below === undefined) files.set(`${plain(containerPath)}/`, '');
    for (const [path, text] of content)
      if (below === undefined) files.set(`${plain(containerPath)}/${path}`, text);
      else if (below === path) files.set(plain(containerPath), text);
  }
  return files;
}

function resolvConf(dns: unknown): string {
  const {
    servers = [],
    searches = [],
    options = [],
  } = (isObject(dns as JsonObject) ? dns : {}) as { readonly [what: string]: readonly string[] };
  return [
    searches.length === 0 ? '' : `search ${searches.join(' ')}\n`,
    ...servers.map((server) => `nameserver ${server}\n`),
    options.length === 0 ? '' : `options ${options.join(' ')}\n`,
  ].join('');
}

function listed(files: ReadonlyMap<string, string>, folder: string): readonly string[] | null {
  const prefix = folder === '/' ? '/' : `${folder}/`;
  const below = [...files.keys()].filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length).split('/')[0] ?? '');
  const known = folder === '/' ? FOLDERS : [];
  const names = new Set([...known, ...below.filter((name) => name !== '')]);
  return names.size === 0 && below.length === 0 ? null : [...names];
}
