// The file /etc/hosts that the kubelet writes for a pod's containers. Models managedHostsFileContent of
// kubernetes pkg/kubelet/kubelet_pods.go. Left out: the machine's own file, which pods on its network get.

export interface HostsInput {
  readonly ips: readonly string[];
  readonly hostname: string;
  /** '' without a subdomain. */
  readonly domain: string;
  readonly aliases: readonly { readonly ip: string; readonly hostnames: readonly string[] }[];
}

const HEAD = `# Kubernetes-managed hosts file.
127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::0\tip6-localnet
fe00::0\tip6-mcastprefix
fe00::1\tip6-allnodes
fe00::2\tip6-allrouters
`;

export function etcHosts({ ips, hostname, domain, aliases }: HostsInput): string {
  const names = domain === '' ? hostname : `${hostname}.${domain}\t${hostname}`;
  const own = ips.map((ip) => `${ip}\t${names}\n`).join('');
  const added = aliases.map(({ ip, hostnames }) => `${ip}\t${hostnames.join('\t')}\n`).join('');
  return HEAD + own + (added === '' ? '' : `\n# Entries added by HostAliases.\n${added}`);
}
