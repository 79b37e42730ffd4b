// The spec of a pod or of a template. Models core validation's ValidatePodSpec and what it calls. Left out: what only
// Windows pods are asked.
import { isObject, type Json, type JsonObject } from '../../base/json';
import { ipAddress } from '../ip';
import { dns1123Label, dns1123Subdomain, inRange, qualifiedName, underscoreSubdomain } from '../names';
import type { ContainerPort, PodSpec, StringMap } from '../types';
import { type ContainerContext, validateContainers, validateEphemeralContainers, validateInitContainers } from './containers';
import type { Findings } from './findings';
import { goStruct } from './go-struct';
import { subdomainName, validateLabels } from './meta';
import { validatePodResources } from './pod-resources';
import { containerResourceName, validateResourceRequirements } from './resources';
import { validateAffinity, validateTolerations, validateTopologySpread } from './scheduling';
import { validatePodSecurity } from './security';
import { validateVolumes } from './volumes';

const RESTART_POLICIES = ['Always', 'OnFailure', 'Never'];
const DNS_POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
export const PREEMPTION_POLICIES = ['PreemptLowerPriority', 'Never'];
const MAX_INT32 = 2_147_483_647;
const MAX_NAMESERVERS = 3;
const MAX_SEARCHES = 32;
const MAX_SEARCH_CHARACTERS = 2_048;
const MAX_HOSTNAME = 64;

interface Claim {
  readonly name: string;
  readonly resourceClaimName?: string;
  readonly resourceClaimTemplateName?: string;
}
/** What types.ts does not name. */
interface MoreSpec {
  readonly dnsConfig?: {
    readonly nameservers?: readonly string[];
    readonly searches?: readonly string[];
    readonly options?: readonly JsonObject[];
  };
  readonly hostAliases?: readonly { readonly ip?: string; readonly hostnames?: readonly string[] }[];
  readonly hostUsers?: boolean;
  readonly hostPID?: boolean;
  readonly hostIPC?: boolean;
  readonly hostnameOverride?: string;
  readonly setHostnameAsFQDN?: boolean;
  readonly os?: { readonly name?: string };
  readonly resourceClaims?: readonly Claim[];
  readonly resources?: JsonObject;
}

/** `pod` is set for a real pod, as opposed to a template. */
export function validatePodSpec(
  found: Findings,
  path: string,
  given: PodSpec,
  pod: { readonly name: string; readonly mirror: boolean } | null,
): void {
  // A list that was left out has been decoded as null.
  const spec: PodSpec = { ...given, containers: given.containers ?? [] };
  const more = spec as unknown as MoreSpec;
  if (spec.terminationGracePeriodSeconds === undefined) found.required(`${path}.terminationGracePeriodSeconds`);
  const volumes = validateVolumes(found, `${path}.volumes`, spec.volumes ?? [], pod?.name ?? null);
  const claims = more.resourceClaims ?? [];
  validateClaims(found, `${path}.resourceClaims`, claims, pod?.mirror === true);
  const context: ContainerContext = { spec, volumes, claimNames: claims.map(({ name }) => name) };
  validateContainers(found, `${path}.containers`, context);
  validateInitContainers(found, `${path}.initContainers`, context);
  validateEphemeralContainers(found, `${path}.ephemeralContainers`, context);
  if (more.resources) validatePodResources(found, `${path}.resources`, spec, more.resources, context.claimNames);
  validateHostPorts(found, path, spec, pod !== null);
  found.oneOfRequired(`${path}.restartPolicy`, spec.restartPolicy, RESTART_POLICIES);
  found.oneOfRequired(`${path}.dnsPolicy`, spec.dnsPolicy, DNS_POLICIES);
  validateLabels(found, `${path}.nodeSelector`, spec.nodeSelector);
  validatePodSecurity(found, `${path}.securityContext`, spec);
  validateAffinity(found, `${path}.affinity`, spec.affinity);
  validateDns(found, `${path}.dnsConfig`, spec.dnsPolicy, more.dnsConfig);
  spec.readinessGates?.forEach(
    ({ conditionType }, i) =>
      void found.complaints(`${path}.readinessGates[${i}].conditionType`, conditionType, qualifiedName(conditionType)),
  );
  validateGates(found, `${path}.schedulingGates`, spec.schedulingGates ?? []);
  if (spec.topologySpreadConstraints) validateTopologySpread(found, `${path}.topologySpreadConstraints`, spec.topologySpreadConstraints);
  validateHostUsers(found, path, spec, more);
  validateHostname(found, path, spec, more);
  validateReferences(found, path, spec, more);
  validateFileKeys(found, path, spec, volumes);
}

/** Names of other things, and single values. */
function validateReferences(found: Findings, path: string, spec: PodSpec, more: MoreSpec): void {
  const { serviceAccountName, nodeName, activeDeadlineSeconds, hostname, subdomain, tolerations, priorityClassName } = spec;
  if (serviceAccountName) found.complaints(`${path}.serviceAccountName`, serviceAccountName, subdomainName(serviceAccountName));
  if (nodeName) found.complaints(`${path}.nodeName`, nodeName, subdomainName(nodeName));
  if (activeDeadlineSeconds !== undefined)
    found.complaints(`${path}.activeDeadlineSeconds`, activeDeadlineSeconds, inRange(activeDeadlineSeconds, 1, MAX_INT32));
  if (hostname) found.complaints(`${path}.hostname`, hostname, dns1123Label(hostname));
  if (subdomain) found.complaints(`${path}.subdomain`, subdomain, dns1123Label(subdomain));
  if (tolerations) validateTolerations(found, `${path}.tolerations`, tolerations);
  more.hostAliases?.forEach(({ ip = '', hostnames = [] }, i) => {
    found.complaints(`${path}.hostAliases[${i}].ip`, ip, ipAddress(ip));
    hostnames.forEach((name, j) => void found.complaints(`${path}.hostAliases[${i}].hostnames[${j}]`, name, dns1123Subdomain(name)));
  });
  if (priorityClassName) found.complaints(`${path}.priorityClassName`, priorityClassName, subdomainName(priorityClassName));
  if (spec.runtimeClassName !== undefined)
    found.complaints(`${path}.runtimeClassName`, spec.runtimeClassName, subdomainName(spec.runtimeClassName));
  if (spec.preemptionPolicy !== undefined) found.oneOfRequired(`${path}.preemptionPolicy`, spec.preemptionPolicy, PREEMPTION_POLICIES);
  if (spec.overhead)
    validateResourceRequirements(found, `${path}.overhead`, { limits: spec.overhead as StringMap }, containerResourceName, []);
  if (more.os !== undefined) {
    if (!more.os.name) found.required(`${path}.os.name`);
    else found.oneOf(`${path}.os`, more.os.name, ['linux', 'windows']);
  }
}

function validateClaims(found: Findings, path: string, claims: readonly Claim[], mirror: boolean): void {
  const names = new Set<string>();
  claims.forEach((claim, i) => {
    const at = `${path}[${i}]`;
    if (mirror) return found.forbidden('', 'static pods do not support resource claims');
    const { name, resourceClaimName: direct, resourceClaimTemplateName: template } = claim;
    if (!name) found.required(`${at}.name`);
    else if (names.has(name)) found.duplicate(`${at}.name`, name);
    else found.complaints(`${at}.name`, name, dns1123Label(name));
    names.add(name);
    const told = goStruct('PodResourceClaim', claim as unknown as JsonObject);
    if (direct !== undefined && template !== undefined)
      found.invalid(at, told, 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified');
    if (direct === undefined && template === undefined)
      found.invalid(at, told, 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`');
    if (direct !== undefined) found.complaints(`${at}.resourceClaimName`, direct, subdomainName(direct));
    if (template !== undefined) found.complaints(`${at}.resourceClaimTemplateName`, template, subdomainName(template));
  });
}

/** On the host's network a port has one number. Templates may leave it out, it is filled in when pods are made. */
function validateHostPorts(found: Findings, path: string, spec: PodSpec, isPod: boolean): void {
  if (spec.hostNetwork !== true) return;
  const differs = ({ hostPort = 0, containerPort }: ContainerPort): boolean => (isPod || hostPort !== 0) && hostPort !== containerPort;
  spec.containers?.forEach(({ ports = [] }, i) => {
    ports.forEach((port, j) => {
      if (differs(port))
        found.invalid(
          `${path}.containers[${i}].ports[${j}].hostPort`,
          port.hostPort ?? 0,
          'must match `containerPort` when `hostNetwork` is true',
        );
    });
  });
}

function validateDns(found: Findings, path: string, policy: string | undefined, config: MoreSpec['dnsConfig']): void {
  if (policy === 'None') {
    if (config === undefined) return found.required(path, 'must provide `dnsConfig` when `dnsPolicy` is None');
    if ((config.nameservers?.length ?? 0) === 0)
      return found.required(`${path}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None');
  }
  if (config === undefined) return;
  const { nameservers = [], searches = [], options = [] } = config;
  if (nameservers.length > MAX_NAMESERVERS)
    found.invalid(`${path}.nameservers`, nameservers, `must not have more than ${MAX_NAMESERVERS} nameservers`);
  nameservers.forEach((address, i) => void found.complaints(`${path}.nameservers[${i}]`, address, ipAddress(address)));
  if (searches.length > MAX_SEARCHES) found.invalid(`${path}.searches`, searches, `must not have more than ${MAX_SEARCHES} search paths`);
  if (searches.join(' ').length > MAX_SEARCH_CHARACTERS)
    found.invalid(
      `${path}.searches`,
      searches,
      `must not have more than ${MAX_SEARCH_CHARACTERS} characters (including spaces) in the search list`,
    );
  searches.forEach((search, i) => {
    const domain = search.replace(/\.$/, '');
    if (search !== '.') found.complaints(`${path}.searches[${i}]`, domain, underscoreSubdomain(domain));
  });
  options.forEach(({ name }, i) => {
    if (!name) found.required(`${path}.options[${i}]`, 'must not be empty');
  });
}

function validateGates(found: Findings, path: string, gates: readonly { readonly name: string }[]): void {
  const names = new Set<string>();
  gates.forEach(({ name }, i) => {
    found.complaints(`${path}[${i}]`, name, qualifiedName(name));
    if (names.has(name)) found.duplicate(`${path}[${i}]`, name);
    names.add(name);
  });
}

function validateHostUsers(found: Findings, path: string, spec: PodSpec, { hostUsers, hostPID, hostIPC }: MoreSpec): void {
  if (hostUsers !== false) return;
  const why = 'when `hostUsers` is false';
  if (spec.hostNetwork === true) found.forbidden(`${path}.hostNetwork`, why);
  if (hostPID === true) found.forbidden(`${path}.HostPID`, why);
  if (hostIPC === true) found.forbidden(`${path}.HostIPC`, why);
}

function validateHostname(found: Findings, path: string, spec: PodSpec, { hostnameOverride: name, setHostnameAsFQDN }: MoreSpec): void {
  if (name === undefined) return;
  const at = `${path}.hostnameOverride`;
  if (setHostnameAsFQDN === true) found.forbidden(at, 'may not be specified when setHostnameAsFQDN is true');
  if (spec.hostNetwork === true) found.forbidden(at, 'may not be specified when hostNetwork is true');
  if (name.length > MAX_HOSTNAME) found.tooLong(at, MAX_HOSTNAME);
  found.complaints(at, name, dns1123Subdomain(name));
}

/** Variables that come from a file need a volume that a container can write. */
function validateFileKeys(found: Findings, path: string, spec: PodSpec, volumes: ReadonlyMap<string, JsonObject>): void {
  for (const list of ['initContainers', 'containers'] as const) {
    spec[list]?.forEach(({ env = [] }, i) => {
      env.forEach(({ valueFrom }, j) => {
        const ref: Json | undefined = valueFrom?.fileKeyRef;
        if (!isObject(ref)) return;
        const at = `${path}.${list}[${i}].env[${j}].valueFrom.fileKeyRef.volumeName`;
        const name = String(ref.volumeName ?? '');
        const volume = volumes.get(name);
        if (volume === undefined) found.notFound(at, name);
        else if (!volume.emptyDir) found.invalid(at, name, 'referenced volume must be of type emptyDir');
      });
    });
  }
}
