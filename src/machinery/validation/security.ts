// Security contexts of pods and containers. Models core validation's validatePodSpecSecurityContext and
// ValidateSecurityContext. Left out: Windows options, seccomp and AppArmor annotations.
import { isObject, type Json, type JsonObject } from '../../base/json';
import { inRange } from '../names';
import type { PodSpec } from '../types';
import type { Findings } from './findings';
import { goStruct } from './go-struct';
import { descendingPath } from './paths';

const MAX_ID = 2_147_483_647;
const SYSCTL = '^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$';
const SYSCTL_PATTERN = new RegExp(SYSCTL);
const MAX_SYSCTL = 253;
const SECCOMP_TYPES = ['Localhost', 'RuntimeDefault', 'Unconfined'];
const PROC_MOUNTS = ['Default', 'Unmasked'];

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

function validateId(found: Findings, path: string, id: Json | undefined): void {
  if (typeof id === 'number') found.complaints(path, id, inRange(id, 0, MAX_ID));
}

export function validatePodSecurity(found: Findings, path: string, spec: PodSpec): void {
  const context = spec.securityContext;
  if (context === undefined) return;
  for (const field of ['fsGroup', 'runAsUser', 'runAsGroup']) validateId(found, `${path}.${field}`, context[field]);
  ((context.supplementalGroups ?? []) as readonly Json[]).forEach(
    (id, i) => void validateId(found, `${path}.supplementalGroups[${i}]`, id),
  );
  const { shareProcessNamespace, hostPID } = spec as unknown as JsonObject;
  if (shareProcessNamespace === true && hostPID === true)
    found.invalid(`${path}.shareProcessNamespace`, true, 'ShareProcessNamespace and HostPID cannot both be enabled');
  validateSysctls(found, `${path}.sysctls`, (context.sysctls ?? []) as readonly { readonly name: string }[], spec);
  found.oneOf(`${path}.fsGroupChangePolicy`, context.fsGroupChangePolicy as string | undefined, ['Always', 'OnRootMismatch']);
  validateSeccomp(found, `${path}.seccompProfile`, context.seccompProfile);
  validateAppArmor(found, `${path}.appArmorProfile`, context.appArmorProfile);
  found.oneOf(`${path}.supplementalGroupsPolicy`, context.supplementalGroupsPolicy as string | undefined, ['Merge', 'Strict']);
  found.oneOf(`${path}.seLinuxChangePolicy`, context.seLinuxChangePolicy as string | undefined, ['MountOption', 'Recursive']);
}

function validateSysctls(found: Findings, path: string, sysctls: readonly { readonly name: string }[], spec: PodSpec): void {
  const names = new Set<string>();
  sysctls.forEach(({ name }, i) => {
    const at = `${path}[${i}].name`;
    if (!name) found.required(at);
    else if (name.length > MAX_SYSCTL || !SYSCTL_PATTERN.test(name))
      found.invalid(at, name, `must have at most ${MAX_SYSCTL} characters and match regex ${SYSCTL}`);
    else if (names.has(name)) found.duplicate(at, name);
    names.add(name);
    const namespaced = name.replaceAll('/', '.');
    if (spec.hostNetwork === true && namespaced.startsWith('net.'))
      found.invalid(at, name, "may not be specified when 'hostNetwork' is true");
    else if ((spec as unknown as JsonObject).hostIPC === true && /^(kernel\.(shm|msg|sem)|fs\.mqueue\.)/.test(namespaced))
      found.invalid(at, name, "may not be specified when 'hostIPC' is true");
  });
}

function validateSeccomp(found: Findings, path: string, profile: Json | undefined): void {
  if (!isObject(profile)) return;
  if (!profile.type) found.required(`${path}.type`, 'type is required when seccompProfile is set');
  else found.oneOf(`${path}.type`, text(profile.type), SECCOMP_TYPES);
  const { localhostProfile } = profile;
  if (profile.type !== 'Localhost') {
    if (localhostProfile !== undefined)
      found.invalid(`${path}.localhostProfile`, goStruct('SeccompProfile', profile), 'can only be set when seccomp type is Localhost');
  } else if (localhostProfile === undefined) found.required(`${path}.localhostProfile`, 'must be set when seccomp type is Localhost');
  else descendingPath(found, `${path}.localhostProfile`, text(localhostProfile));
}

function validateAppArmor(found: Findings, path: string, profile: Json | undefined): void {
  if (!isObject(profile)) return;
  const { type, localhostProfile } = profile;
  const at = `${path}.localhostProfile`;
  if (type === 'Localhost') {
    if (!text(localhostProfile).trim()) found.required(at, 'must be set when AppArmor type is Localhost');
    else if (text(localhostProfile).trim() !== localhostProfile) found.invalid(at, localhostProfile, 'must not be padded with whitespace');
  } else if (!type) found.required(`${path}.type`, 'type is required when appArmorProfile is set');
  else {
    found.oneOf(`${path}.type`, text(type), SECCOMP_TYPES);
    if (localhostProfile !== undefined && SECCOMP_TYPES.includes(text(type)))
      found.invalid(at, localhostProfile, 'can only be set when AppArmor type is Localhost');
  }
}

export function validateContainerSecurity(found: Findings, path: string, context: JsonObject | undefined, hostUsers: boolean): void {
  if (context === undefined) return;
  for (const field of ['runAsUser', 'runAsGroup']) validateId(found, `${path}.${field}`, context[field]);
  const { procMount, privileged, allowPrivilegeEscalation, capabilities } = context;
  if (procMount !== undefined) {
    found.oneOf(`${path}.procMount`, text(procMount), PROC_MOUNTS);
    if (hostUsers && procMount === 'Unmasked') found.invalid(`${path}.procMount`, procMount, '`hostUsers` must be false to use `Unmasked`');
  }
  validateSeccomp(found, `${path}.seccompProfile`, context.seccompProfile);
  if (allowPrivilegeEscalation === false) {
    const refuse = (why: string): void =>
      found.invalid(path, goStruct('SecurityContext', context), `cannot set \`allowPrivilegeEscalation\` to false and ${why}`);
    if (privileged === true) refuse('`privileged` to true');
    const added = isObject(capabilities) && Array.isArray(capabilities.add) ? capabilities.add : [];
    for (const name of added) if (name === 'CAP_SYS_ADMIN') refuse('`capabilities.Add` CAP_SYS_ADMIN');
  }
  validateAppArmor(found, `${path}.appArmorProfile`, context.appArmorProfile);
}
