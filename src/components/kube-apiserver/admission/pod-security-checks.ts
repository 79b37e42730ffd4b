// The Pod Security Standards: what the levels baseline and restricted forbid. Models k8s.io/pod-security-admission
// policy/check_*.go, each check in the order of its file's name.
import { isObject, type Json, type JsonObject } from '../../../base/json';
import { compareBytes } from '../../../base/order';
import { goQuote } from '../../../machinery/go-json';
import type { StringMap } from '../../../machinery/types';

/** Why a pod is not allowed. */
export interface Violation {
  readonly reason: string;
  readonly detail: string;
}
/** A pod, or the template of one. */
export interface PodLike {
  readonly metadata?: { readonly annotations?: StringMap };
  readonly spec?: JsonObject;
}
interface Check {
  readonly id: string;
  readonly level: 'baseline' | 'restricted';
  /** A restricted check covers it too. */
  readonly overlap?: true;
  /** Kubernetes 1.x in which the check was made. */
  readonly since: number;
  readonly run: (pod: PodLike, minor: number) => Violation | null;
}

export const LATEST_MINOR = 36;

/** All violations of a level, the baseline's first. */
export function violationsOf(pod: PodLike, level: 'baseline' | 'restricted', minor: number): readonly Violation[] {
  const run = (checks: readonly Check[]): readonly Violation[] => checks.flatMap((check) => runCheck(check, pod, minor) ?? []);
  const baseline = run(CHECKS.filter((check) => check.level === 'baseline' && !check.overlap));
  return [...baseline, ...run(CHECKS.filter((check) => (level === 'baseline' ? check.overlap : check.level === 'restricted')))];
}

/** One check by its name; null if the pod passes. */
export function violationOf(id: string, pod: PodLike, minor: number): Violation | null {
  const check = CHECKS.find((candidate) => candidate.id === id);
  return check === undefined ? null : runCheck(check, pod, minor);
}

const runCheck = (check: Check, pod: PodLike, minor: number): Violation | null => (minor < check.since ? null : check.run(pod, minor));

// ---- Reading pods

const object = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});
const list = (value: Json | undefined): readonly JsonObject[] => (Array.isArray(value) ? (value as readonly JsonObject[]) : []);
const strings = (value: Json | undefined): readonly string[] => (Array.isArray(value) ? (value as readonly string[]) : []);
const specOf = (pod: PodLike): JsonObject => pod.spec ?? {};
const contextOf = (podOrContainer: JsonObject): JsonObject => object(podOrContainer.securityContext);
const nameOf = (container: JsonObject): string => String(container.name ?? '');

const containersOf = (pod: PodLike): readonly JsonObject[] => {
  const { initContainers, containers, ephemeralContainers } = specOf(pod);
  return [...list(initContainers), ...list(containers), ...list(ephemeralContainers)];
};
const namesWhere = (pod: PodLike, bad: (container: JsonObject) => boolean): readonly string[] => containersOf(pod).filter(bad).map(nameOf);

const isWindows = (pod: PodLike, minor: number): boolean => minor >= 25 && object(specOf(pod).os).name === 'windows';
/** In a user namespace root is nobody. */
const ownUsers = (pod: PodLike, minor: number): boolean => minor >= 34 && specOf(pod).hostUsers === false;

// ---- Wording

const plural = (one: string, many: string, count: number): string => (count === 1 ? one : many);
const quoted = (texts: readonly string[]): string => `"${texts.join('", "')}"`;
const containersText = (names: readonly string[]): string => `${plural('container', 'containers', names.length)} ${quoted(names)}`;
const distinct = (texts: Iterable<string>): readonly string[] => [...new Set(texts)].sort(compareBytes);
const setters = (podSets: boolean, names: readonly string[]): readonly string[] => [
  ...(podSets ? ['pod'] : []),
  ...(names.length > 0 ? [containersText(names)] : []),
];

// ---- Checks of several forms

/** Only containers set it. */
function byContainers(reason: string, bad: (container: JsonObject) => boolean, text: (names: readonly string[]) => string): Check['run'] {
  return (pod) => {
    const names = namesWhere(pod, bad);
    return names.length === 0 ? null : { reason, detail: text(names) };
  };
}

/** The pod or containers set it. */
function bySetters(reason: string, bad: (context: JsonObject) => boolean, text: (who: string) => string): Check['run'] {
  return (pod) => {
    const who = setters(
      bad(contextOf(specOf(pod))),
      namesWhere(pod, (container) => bad(contextOf(container))),
    );
    return who.length === 0 ? null : { reason, detail: text(who.join(' and ')) };
  };
}

const typeOf = (profile: Json | undefined): string | null => (isObject(profile) ? String(profile.type ?? '') : null);
const GOOD_PROFILES = ['RuntimeDefault', 'Localhost'];
const isBadProfile = (type: string | null): type is string => type !== null && !GOOD_PROFILES.includes(type);

/** Types that the pod or containers set and may not. */
function badTypes(pod: PodLike, profile: string): { readonly who: readonly string[]; readonly types: readonly string[] } {
  const own = typeOf(contextOf(specOf(pod))[profile]);
  const bad = containersOf(pod).flatMap((container) => {
    const type = typeOf(contextOf(container)[profile]);
    return isBadProfile(type) ? [{ name: nameOf(container), type }] : [];
  });
  const types = [...(isBadProfile(own) ? [own] : []), ...bad.map(({ type }) => type)];
  return {
    who: setters(
      isBadProfile(own),
      bad.map(({ name }) => name),
    ),
    types: distinct(types),
  };
}

const APP_ARMOR = 'container.apparmor.security.beta.kubernetes.io/';

function appArmor(pod: PodLike): Violation | null {
  const { who, types } = badTypes(pod, 'appArmorProfile');
  const annotations = Object.entries(pod.metadata?.annotations ?? {})
    .filter(([key, value]) => key.startsWith(APP_ARMOR) && !(value === '' || value === 'runtime/default' || value.startsWith('localhost/')))
    .map(([key, value]) => `${key}=${goQuote(value)}`)
    .sort(compareBytes);
  const values = [...types, ...annotations];
  const all = annotations.length === 0 ? who : [...who, plural('annotation', 'annotations', annotations.length)];
  if (all.length === 0) return null;
  const reason = plural('forbidden AppArmor profile', 'forbidden AppArmor profiles', values.length);
  return { reason, detail: `${all.join(' and ')} must not set AppArmor profile type to ${quoted(values)}` };
}

const seccompText = ({ who, types }: ReturnType<typeof badTypes>): Violation => ({
  reason: 'seccompProfile',
  detail: `${who.join(' and ')} must not set securityContext.seccompProfile.type to ${quoted(types)}`,
});

const POD_SECCOMP = 'seccomp.security.alpha.kubernetes.io/pod';
const CONTAINER_SECCOMP = 'container.seccomp.security.alpha.kubernetes.io/';

function seccompBaseline(pod: PodLike, minor: number): Violation | null {
  if (minor >= 19) {
    const bad = badTypes(pod, 'seccompProfile');
    return bad.who.length === 0 ? null : seccompText(bad);
  }
  const annotations = pod.metadata?.annotations ?? {};
  const bad = [POD_SECCOMP, ...containersOf(pod).map((container) => CONTAINER_SECCOMP + nameOf(container))].flatMap((key) => {
    const value = annotations[key];
    const good = value === undefined || value === 'runtime/default' || value === 'docker/default' || value.startsWith('localhost/');
    return good ? [] : [`${key}=${goQuote(value)}`];
  });
  const texts = distinct(bad);
  if (texts.length === 0) return null;
  return { reason: 'seccompProfile', detail: `forbidden ${plural('annotation', 'annotations', texts.length)} ${texts.join(', ')}` };
}

function seccompRestricted(pod: PodLike, minor: number): Violation | null {
  if (isWindows(pod, minor)) return null;
  const bad = badTypes(pod, 'seccompProfile');
  if (bad.who.length > 0) return seccompText(bad);
  if (typeOf(contextOf(specOf(pod)).seccompProfile) !== null) return null;
  const unset = namesWhere(pod, (container) => typeOf(contextOf(container).seccompProfile) === null);
  if (unset.length === 0) return null;
  const detail = `pod or ${containersText(unset)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`;
  return { reason: 'seccompProfile', detail };
}

function runAsNonRoot(pod: PodLike, minor: number): Violation | null {
  if (ownUsers(pod, minor)) return null;
  const reason = 'runAsNonRoot != true';
  const own = contextOf(specOf(pod)).runAsNonRoot;
  const who = setters(
    own === false,
    namesWhere(pod, (container) => contextOf(container).runAsNonRoot === false),
  );
  if (who.length > 0) return { reason, detail: `${who.join(' and ')} must not set securityContext.runAsNonRoot=false` };
  const unset = own === true ? [] : namesWhere(pod, (container) => typeof contextOf(container).runAsNonRoot !== 'boolean');
  return unset.length === 0 ? null : { reason, detail: `pod or ${containersText(unset)} must set securityContext.runAsNonRoot=true` };
}

const DEFAULT_CAPABILITIES = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
];

/** Containers that add others than these, as a text; null if none does. */
function addedCapabilities(pod: PodLike, allowed: readonly string[]): string | null {
  const forbidden = (container: JsonObject): readonly string[] =>
    strings(object(contextOf(container).capabilities).add).filter((capability) => !allowed.includes(capability));
  const names = namesWhere(pod, (container) => forbidden(container).length > 0);
  if (names.length === 0) return null;
  return `${containersText(names)} must not include ${quoted(distinct(containersOf(pod).flatMap(forbidden)))} in securityContext.capabilities.add`;
}

function capabilitiesRestricted(pod: PodLike, minor: number): Violation | null {
  if (isWindows(pod, minor)) return null;
  const keeping = namesWhere(pod, (container) => !strings(object(contextOf(container).capabilities).drop).includes('ALL'));
  const added = addedCapabilities(pod, ['NET_BIND_SERVICE']);
  const details = [
    ...(keeping.length > 0 ? [`${containersText(keeping)} must set securityContext.capabilities.drop=["ALL"]`] : []),
    ...(added === null ? [] : [added]),
  ];
  return details.length === 0 ? null : { reason: 'unrestricted capabilities', detail: details.join('; ') };
}

const HOST_NAMESPACES = ['hostNetwork', 'hostPID', 'hostIPC'];

function hostPorts(pod: PodLike): Violation | null {
  const portsOf = (container: JsonObject): readonly string[] =>
    list(container.ports).flatMap(({ hostPort }) => (hostPort ? [String(hostPort)] : []));
  const names = namesWhere(pod, (container) => portsOf(container).length > 0);
  if (names.length === 0) return null;
  const ports = distinct(containersOf(pod).flatMap(portsOf));
  const detail = `${containersText(names)} ${plural('uses', 'use', names.length)} ${plural('hostPort', 'hostPorts', ports.length)} ${ports.join(', ')}`;
  return { reason: 'hostPort', detail };
}

function hostsOf(container: JsonObject): readonly string[] {
  const { postStart, preStop } = object(container.lifecycle);
  const handlers = [container.livenessProbe, container.readinessProbe, container.startupProbe, postStart, preStop].map(object);
  return handlers.flatMap(({ httpGet, tcpSocket }) =>
    [object(httpGet).host, object(tcpSocket).host].filter((host): host is string => typeof host === 'string' && host !== ''),
  );
}

function probeHosts(pod: PodLike): Violation | null {
  const names = namesWhere(pod, (container) => hostsOf(container).length > 0);
  if (names.length === 0) return null;
  const hosts = distinct(containersOf(pod).flatMap(hostsOf));
  const detail = `${containersText(names)} ${plural('uses', 'use', names.length)} probe or lifecycle ${plural('host', 'hosts', hosts.length)} ${quoted(hosts)}`;
  return { reason: 'probe or lifecycle host', detail };
}

function procMount(pod: PodLike): Violation | null {
  const bad = containersOf(pod).filter((container) => ![undefined, null, '', 'Default'].includes(contextOf(container).procMount as string));
  if (bad.length === 0) return null;
  const types = distinct(bad.map((container) => String(contextOf(container).procMount)));
  return { reason: 'procMount', detail: `${containersText(bad.map(nameOf))} must not set securityContext.procMount to ${quoted(types)}` };
}

const FREE_VOLUMES = ['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'image', 'persistentVolumeClaim', 'projected', 'secret'];

function restrictedVolumes(pod: PodLike): Violation | null {
  const typeOfVolume = (volume: JsonObject): string =>
    Object.keys(volume).find((key) => key !== 'name' && isObject(volume[key])) ?? 'unknown';
  const bad = list(specOf(pod).volumes).filter((volume) => !FREE_VOLUMES.includes(typeOfVolume(volume)));
  if (bad.length === 0) return null;
  const types = distinct(bad.map(typeOfVolume));
  const detail = `${plural('volume', 'volumes', bad.length)} ${quoted(bad.map(nameOf))} ${plural('uses', 'use', bad.length)} ${plural('restricted volume type', 'restricted volume types', types.length)} ${quoted(types)}`;
  return { reason: 'restricted volume types', detail };
}

const SELINUX_TYPES = ['', 'container_t', 'container_init_t', 'container_kvm_t'];

function seLinux(pod: PodLike, minor: number): Violation | null {
  const allowed = minor >= 31 ? [...SELINUX_TYPES, 'container_engine_t'] : SELINUX_TYPES;
  const optionsOf = (podOrContainer: JsonObject): JsonObject => object(contextOf(podOrContainer).seLinuxOptions);
  const isBad = ({ type = '', user, role }: JsonObject): boolean => !allowed.includes(String(type)) || Boolean(user) || Boolean(role);
  const all = [specOf(pod), ...containersOf(pod)].map(optionsOf).filter(isBad);
  if (all.length === 0) return null;
  const who = setters(
    isBad(optionsOf(specOf(pod))),
    namesWhere(pod, (container) => isBad(optionsOf(container))),
  );
  const types = distinct(all.map(({ type = '' }) => String(type)).filter((type) => !allowed.includes(type)));
  const data = [
    ...(types.length > 0 ? [`${plural('type', 'types', types.length)} ${quoted(types)}`] : []),
    ...(all.some(({ user }) => user) ? ['user may not be set'] : []),
    ...(all.some(({ role }) => role) ? ['role may not be set'] : []),
  ];
  return { reason: 'seLinuxOptions', detail: `${who.join(' and ')} set forbidden securityContext.seLinuxOptions: ${data.join('; ')}` };
}

/** The version in which each sysctl became safe. */
const SAFE_SYSCTLS: { readonly [name: string]: number } = {
  'kernel.shm_rmid_forced': 0,
  'net.ipv4.ip_local_port_range': 0,
  'net.ipv4.tcp_syncookies': 0,
  'net.ipv4.ping_group_range': 0,
  'net.ipv4.ip_unprivileged_port_start': 0,
  'net.ipv4.ip_local_reserved_ports': 27,
  'net.ipv4.tcp_keepalive_time': 29,
  'net.ipv4.tcp_fin_timeout': 29,
  'net.ipv4.tcp_keepalive_intvl': 29,
  'net.ipv4.tcp_keepalive_probes': 29,
  'net.ipv4.tcp_rmem': 32,
  'net.ipv4.tcp_wmem': 32,
};

function sysctls(pod: PodLike, minor: number): Violation | null {
  const names = list(contextOf(specOf(pod)).sysctls).map(nameOf);
  const bad = names.filter((name) => minor < (SAFE_SYSCTLS[name] ?? Number.POSITIVE_INFINITY));
  return bad.length === 0 ? null : { reason: 'forbidden sysctls', detail: bad.join(', ') };
}

const escalation = byContainers(
  'allowPrivilegeEscalation != false',
  (container) => contextOf(container).allowPrivilegeEscalation !== false,
  (names) => `${containersText(names)} must set securityContext.allowPrivilegeEscalation=false`,
);
const rootUser = bySetters(
  'runAsUser=0',
  ({ runAsUser }) => runAsUser === 0,
  (who) => `${who} must not set runAsUser=0`,
);

const CHECKS: readonly Check[] = [
  {
    id: 'allowPrivilegeEscalation',
    level: 'restricted',
    since: 8,
    run: (pod, minor) => (isWindows(pod, minor) ? null : escalation(pod, minor)),
  },
  { id: 'appArmorProfile', level: 'baseline', since: 0, run: appArmor },
  {
    id: 'capabilities_baseline',
    level: 'baseline',
    overlap: true,
    since: 0,
    run(pod) {
      const detail = addedCapabilities(pod, DEFAULT_CAPABILITIES);
      return detail === null ? null : { reason: 'non-default capabilities', detail };
    },
  },
  { id: 'capabilities_restricted', level: 'restricted', since: 22, run: capabilitiesRestricted },
  {
    id: 'hostNamespaces',
    level: 'baseline',
    since: 0,
    run(pod) {
      const used = HOST_NAMESPACES.filter((field) => specOf(pod)[field] === true).map((field) => `${field}=true`);
      return used.length === 0 ? null : { reason: 'host namespaces', detail: used.join(', ') };
    },
  },
  {
    id: 'hostPathVolumes',
    level: 'baseline',
    overlap: true,
    since: 0,
    run(pod) {
      const names = list(specOf(pod).volumes)
        .filter(({ hostPath }) => isObject(hostPath))
        .map(nameOf);
      return names.length === 0
        ? null
        : { reason: 'hostPath volumes', detail: `${plural('volume', 'volumes', names.length)} ${quoted(names)}` };
    },
  },
  { id: 'hostPorts', level: 'baseline', since: 0, run: hostPorts },
  { id: 'hostProbesAndhostLifecycle', level: 'baseline', since: 34, run: probeHosts },
  {
    id: 'privileged',
    level: 'baseline',
    since: 0,
    run: byContainers(
      'privileged',
      (container) => contextOf(container).privileged === true,
      (names) => `${containersText(names)} must not set securityContext.privileged=true`,
    ),
  },
  {
    id: 'procMount_baseline',
    level: 'baseline',
    overlap: true,
    since: 0,
    run: (pod, minor) => (ownUsers(pod, minor) ? null : procMount(pod)),
  },
  { id: 'procMount_restricted', level: 'restricted', since: 0, run: procMount },
  { id: 'restrictedVolumes', level: 'restricted', since: 0, run: restrictedVolumes },
  { id: 'runAsNonRoot', level: 'restricted', since: 0, run: runAsNonRoot },
  { id: 'runAsUser', level: 'restricted', since: 23, run: (pod, minor) => (ownUsers(pod, minor) ? null : rootUser(pod, minor)) },
  { id: 'seLinuxOptions', level: 'baseline', since: 0, run: seLinux },
  { id: 'seccompProfile_baseline', level: 'baseline', overlap: true, since: 0, run: seccompBaseline },
  { id: 'seccompProfile_restricted', level: 'restricted', since: 19, run: seccompRestricted },
  { id: 'sysctls', level: 'baseline', since: 0, run: sysctls },
  {
    id: 'windowsHostProcess',
    level: 'baseline',
    since: 0,
    run: bySetters(
      'hostProcess',
      ({ windowsOptions }) => object(windowsOptions).hostProcess === true,
      (who) => `${who} must not set securityContext.windowsOptions.hostProcess=true`,
    ),
  },
];
