// What names may look like, against machinery/names.ts and ip.ts.
import { cidr, ipAddress, legacyCidr, legacyIpAddress } from '../../machinery/ip';
import {
  type Complaints,
  configMapKey,
  dns1035Label,
  dns1123Label,
  dns1123Subdomain,
  domainPrefixedPath,
  envVarName,
  fullyQualifiedDomainName,
  fullyQualifiedName,
  httpHeaderName,
  labelValue,
  maskTrailingDash,
  pathSegmentName,
  percent,
  portName,
  portNumber,
  qualifiedName,
  wildcardDns1123Subdomain,
} from '../../machinery/names';
import type { Adapter } from './adapter';

interface Case {
  readonly group: string;
  readonly id: string;
  readonly input: string & number;
  readonly expect: string & { readonly valid: boolean; readonly msg?: string; readonly legacyMsg?: string };
}

const CHECKS: { readonly [group: string]: (value: string & number) => Complaints } = {
  dns1123Label,
  dns1123Subdomain,
  dns1035Label,
  portNum: portNumber,
  portName,
  qualifiedName,
  labelValue,
  httpHeaderName,
  percent,
  configMapKey,
  wildcardDns1123Subdomain,
  fqdn: fullyQualifiedDomainName,
  fullyQualifiedName,
  domainPrefixedPath,
  relaxedEnvVarName: envVarName,
  pathSegmentName,
  ip: ipAddress,
  cidr,
};
const LEGACY: { readonly [group: string]: (value: string) => Complaints } = { ip: legacyIpAddress, cidr: legacyCidr };

/** Upstream's tables hold a part of the text. */
const says = (complaints: Complaints, part: string | undefined): boolean =>
  part === undefined || (part === '' ? complaints.length === 0 : complaints.join('; ').includes(part));

export const adapter: Adapter = (file) =>
  (file as { readonly cases: readonly Case[] }).cases.map(({ group, id, input, expect }) => ({
    group,
    id,
    run() {
      if (group === 'generateName-mask-trailing-dash') return maskTrailingDash(input) === expect ? null : maskTrailingDash(input);
      const check = CHECKS[group];
      if (!check) return 'unsupported group';
      const complaints = check(input);
      const legacy = LEGACY[group]?.(input) ?? [];
      const good = (complaints.length === 0) === expect.valid && says(complaints, expect.msg) && says(legacy, expect.legacyMsg);
      return good ? null : `${complaints.join('; ')} (older fields: ${legacy.join('; ')})`;
    },
  }));
