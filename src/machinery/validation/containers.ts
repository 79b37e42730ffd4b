// Containers of a pod or a template: app, init and ephemeral ones. Models core validation's validateContainers,
// validateInitContainers, validateEphemeralContainers and validateContainerCommon. Left out: RestartAllContainers.
import { isObject, type Json, type JsonObject } from '../../base/json';
import { dns1123Label, portName, portNumber } from '../names';
import type { Container, ContainerPort, PodSpec } from '../types';
import { validateEnv, validateEnvFrom } from './env';
import type { Findings } from './findings';
import { descendingPath } from './paths';
import { validateLifecycle, validateProbe } from './probes';
import { containerResourceName, type ResourceRequirements, validateResourceRequirements } from './resources';
import { validateContainerSecurity } from './security';

export interface ContainerContext {
  readonly spec: PodSpec;
  /** Volumes that can be mounted, by name. */
  readonly volumes: ReadonlyMap<string, JsonObject>;
  readonly claimNames: readonly string[];
}

const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];
const MESSAGE_POLICIES = ['File', 'FallbackToLogsOnError'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const RESTART_POLICIES = ['Always', 'Never', 'OnFailure'];
const RULES_NEED_POLICY = 'must specify restartPolicy when restart rules are used';
const NOT_FOR_INIT = 'may not be set for init containers without restartPolicy=Always';
const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const;

const raw = (container: Container): JsonObject => container as unknown as JsonObject;
const list = <T>(value: Json | undefined): readonly T[] => (Array.isArray(value) ? (value as unknown as readonly T[]) : []);
const osOf = (spec: PodSpec): string | null => {
  const { os } = spec as unknown as JsonObject;
  return isObject(os) && typeof os.name === 'string' ? os.name : null;
};

export function validateContainers(found: Findings, path: string, context: ContainerContext): void {
  const { containers, terminationGracePeriodSeconds: grace = null } = context.spec;
  if (containers.length === 0) return found.required(path);
  const names = new Set<string>();
  containers.forEach((container, i) => {
    const at = `${path}[${i}]`;
    validateCommon(found, at, container, context);
    if (names.has(container.name)) found.duplicate(`${at}.name`, container.name);
    names.add(container.name);
    if (container.lifecycle) validateLifecycle(found, `${at}.lifecycle`, container.lifecycle, grace, osOf(context.spec));
    for (const probe of PROBES) validateProbe(found, at, container[probe], probe);
    validateRestart(found, at, container);
  });
  hostPortConflicts(found, path, containers);
}

export function validateInitContainers(found: Findings, path: string, context: ContainerContext): void {
  const { initContainers = [], containers = [], terminationGracePeriodSeconds: grace = null } = context.spec;
  const names = new Set(containers.map(({ name }) => name));
  initContainers.forEach((container, i) => {
    const at = `${path}[${i}]`;
    validateCommon(found, at, container, context);
    validateInitRestart(found, at, container);
    if (names.has(container.name)) found.duplicate(`${at}.name`, container.name);
    else if (container.name) names.add(container.name);
    hostPortConflicts(found, path, [container]);
    const { lifecycle, restartPolicy } = container;
    if (restartPolicy === 'Always') {
      if (lifecycle) validateLifecycle(found, `${at}.lifecycle`, lifecycle, grace, osOf(context.spec));
      for (const probe of PROBES) validateProbe(found, at, container[probe], probe);
    } else for (const field of ['lifecycle', ...PROBES] as const) if (container[field]) found.forbidden(`${at}.${field}`, NOT_FOR_INIT);
  });
}

const NOT_EPHEMERAL = ['ports', 'livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle', 'resizePolicy', 'restartPolicy'];

export function validateEphemeralContainers(found: Findings, path: string, context: ContainerContext): void {
  const ephemeral = list<Container & { readonly targetContainerName?: string }>(
    (context.spec as unknown as JsonObject).ephemeralContainers,
  );
  const others = [...(context.spec.containers ?? []), ...(context.spec.initContainers ?? [])].map(({ name }) => name);
  const names = new Set(others);
  ephemeral.forEach((container, i) => {
    const at = `${path}[${i}]`;
    validateCommon(found, at, container, context);
    imageBlanks(found, at, container);
    if (names.has(container.name)) found.duplicate(`${at}.name`, container.name);
    names.add(container.name);
    const target = container.targetContainerName;
    if (target && !others.includes(target)) found.notFound(`${at}.targetContainerName`, target);
    for (const field of NOT_EPHEMERAL)
      if (raw(container)[field] !== undefined) found.forbidden(`${at}.${field}`, 'cannot be set for an Ephemeral Container');
    if (Object.keys(container.resources ?? {}).length > 0) found.forbidden(`${at}.resources`, 'cannot be set for an Ephemeral Container');
    container.volumeMounts?.forEach((mount, j) => {
      for (const field of ['subPath', 'subPathExpr'] as const)
        if ((mount as unknown as JsonObject)[field])
          found.forbidden(`${at}.volumeMounts[${j}].${field}`, 'cannot be set for an Ephemeral Container');
    });
  });
}

/** What only real pods are asked: templates may hold a blank image. */
export function imageBlanks(found: Findings, path: string, { image = '' }: Container): void {
  if (image.trim() !== image) found.invalid(`${path}.image`, image, 'must not have leading or trailing whitespace');
}

function validateCommon(found: Findings, path: string, container: Container, context: ContainerContext): void {
  const { name, image, terminationMessagePolicy, imagePullPolicy, ports, env, envFrom, resources, securityContext } = container;
  if (!name) found.required(`${path}.name`);
  else found.complaints(`${path}.name`, name, dns1123Label(name));
  if (!image) found.required(`${path}.image`);
  found.oneOfRequired(`${path}.terminationMessagePolicy`, terminationMessagePolicy, MESSAGE_POLICIES);
  if (ports) validatePorts(found, `${path}.ports`, ports);
  if (env) validateEnv(found, `${path}.env`, env);
  if (envFrom) validateEnvFrom(found, `${path}.envFrom`, envFrom);
  validateMounts(found, `${path}.volumeMounts`, container, context.volumes);
  validateDevices(found, `${path}.volumeDevices`, container, context.volumes);
  found.oneOfRequired(`${path}.imagePullPolicy`, imagePullPolicy, PULL_POLICIES);
  if (resources)
    validateResourceRequirements(found, `${path}.resources`, resources as ResourceRequirements, containerResourceName, context.claimNames);
  validateResizePolicy(found, `${path}.resizePolicy`, container, context.spec.restartPolicy);
  validateContainerSecurity(found, `${path}.securityContext`, securityContext, (context.spec as unknown as JsonObject).hostUsers !== false);
}

function validatePorts(found: Findings, path: string, ports: readonly ContainerPort[]): void {
  const names = new Set<string>();
  ports.forEach(({ name, containerPort, hostPort, protocol }, i) => {
    const at = `${path}[${i}]`;
    if (name) {
      const complaints = portName(name);
      if (complaints.length > 0) found.complaints(`${at}.name`, name, complaints);
      else if (names.has(name)) found.duplicate(`${at}.name`, name);
      else names.add(name);
    }
    if (!containerPort) found.required(`${at}.containerPort`);
    else found.complaints(`${at}.containerPort`, containerPort, portNumber(containerPort));
    if (hostPort) found.complaints(`${at}.hostPort`, hostPort, portNumber(hostPort));
    found.oneOfRequired(`${at}.protocol`, protocol, PROTOCOLS);
  });
}

function hostPortConflicts(found: Findings, path: string, containers: readonly Container[]): void {
  const taken = new Set<string>();
  containers.forEach(({ ports = [] }, i) => {
    ports.forEach(({ protocol = '', hostIP = '', hostPort }, j) => {
      if (!hostPort) return;
      const key = `${protocol}/${hostIP}/${hostPort}`;
      if (taken.has(key)) found.duplicate(`${path}[${i}].ports[${j}].hostPort`, key);
      taken.add(key);
    });
  });
}

// ---- Volumes

function validateMounts(found: Findings, path: string, container: Container, volumes: ReadonlyMap<string, JsonObject>): void {
  const paths = new Set<string>();
  const devices = list<{ readonly name: string; readonly devicePath: string }>(raw(container).volumeDevices);
  container.volumeMounts?.forEach((mount, i) => {
    const at = `${path}[${i}]`;
    const { name, mountPath } = mount;
    if (!name) found.required(`${at}.name`);
    if (!volumes.has(name)) found.notFound(`${at}.name`, name);
    if (!mountPath) found.required(`${at}.mountPath`);
    if (paths.has(mountPath)) found.invalid(`${at}.mountPath`, mountPath, 'must be unique');
    paths.add(mountPath);
    for (const device of devices) {
      if (device.name === name) found.invalid(`${at}.name`, name, 'must not already exist in volumeDevices');
      if (device.devicePath === mountPath) found.invalid(`${at}.mountPath`, mountPath, 'must not already exist as a path in volumeDevices');
    }
    validateMountOptions(found, path, at, mount as unknown as JsonObject, container);
  });
}

const RECURSIVE = ['Disabled', 'Enabled', 'IfPossible'];

/** Upstream names these fields at the list, not at the mount. */
function validateMountOptions(found: Findings, listPath: string, at: string, mount: JsonObject, container: Container): void {
  const {
    subPath = '',
    subPathExpr = '',
    mountPropagation,
    recursiveReadOnly,
    readOnly,
  } = mount as {
    readonly [field: string]: string | undefined;
  };
  if (subPath) descendingPath(found, `${listPath}.subPath`, subPath);
  if (subPathExpr) {
    if (subPath) found.invalid(`${at}.subPathExpr`, subPathExpr, 'subPathExpr and subPath are mutually exclusive');
    descendingPath(found, `${listPath}.subPathExpr`, subPathExpr);
  }
  found.oneOf(`${listPath}.mountPropagation`, mountPropagation, ['Bidirectional', 'HostToContainer', 'None']);
  if (mountPropagation === 'Bidirectional' && container.securityContext?.privileged !== true)
    found.forbidden(`${listPath}.mountPropagation`, 'Bidirectional mount propagation is available only to privileged containers');
  if (recursiveReadOnly === undefined || recursiveReadOnly === 'Disabled') return;
  const path = `${listPath}.recursiveReadOnly`;
  if (!RECURSIVE.includes(recursiveReadOnly)) return found.notSupported(path, recursiveReadOnly, RECURSIVE);
  if (!readOnly) found.forbidden(path, 'may only be specified when readOnly is true');
  if (mountPropagation !== undefined && mountPropagation !== 'None')
    found.forbidden(path, 'may only be specified when mountPropagation is None or not specified');
}

function validateDevices(found: Findings, path: string, container: Container, volumes: ReadonlyMap<string, JsonObject>): void {
  const names = new Set<string>();
  const paths = new Set<string>();
  const devices = list<{ readonly name: string; readonly devicePath: string }>(raw(container).volumeDevices);
  devices.forEach(({ name, devicePath }, i) => {
    const at = `${path}[${i}]`;
    const volume = volumes.get(name);
    if (!name) found.required(`${at}.name`);
    if (names.has(name)) found.invalid(`${at}.name`, name, 'must be unique');
    if (volume === undefined) found.notFound(`${at}.name`, name);
    else if (!volume.persistentVolumeClaim && !volume.ephemeral)
      found.invalid(`${at}.name`, name, 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode');
    if (!devicePath) found.required(`${at}.devicePath`);
    if (paths.has(devicePath)) found.invalid(`${at}.devicePath`, devicePath, 'must be unique');
    if (devicePath?.split('/').includes('..')) found.invalid(`${at}.devicePath`, devicePath, "can not contain backsteps ('..')");
    else paths.add(devicePath);
    for (const mount of container.volumeMounts ?? []) {
      if (mount.name === name) found.invalid(`${at}.name`, name, 'must not already exist in volumeMounts');
      if (mount.mountPath === devicePath) found.invalid(`${at}.devicePath`, devicePath, 'must not already exist as a path in volumeMounts');
    }
    if (name) names.add(name);
  });
}

// ---- Restarting and resizing

interface RestartRule {
  readonly action?: string;
  readonly exitCodes?: { readonly operator?: string; readonly values?: readonly number[] };
}

function validateRestart(found: Findings, path: string, container: Container): void {
  const rules = list<RestartRule>(raw(container).restartPolicyRules);
  if (container.restartPolicy === undefined) {
    if (rules.length === 0) return;
    found.required(`${path}.restartPolicy`, RULES_NEED_POLICY);
  } else found.oneOf(`${path}.restartPolicy`, container.restartPolicy, RESTART_POLICIES);
  rules.forEach(({ action, exitCodes }, i) => {
    const at = `${path}.restartPolicyRules[${i}]`;
    found.oneOf(`${at}.action`, action ?? '', ['Restart']);
    if (exitCodes === undefined) found.required(`${at}.exitCodes`, 'must be specified');
    else found.oneOf(`${at}.exitCodes.operator`, exitCodes.operator ?? '', ['In', 'NotIn']);
  });
}

function validateInitRestart(found: Findings, path: string, container: Container): void {
  const rules = list<RestartRule>(raw(container).restartPolicyRules);
  if (container.restartPolicy !== 'Always') return validateRestart(found, path, container);
  if (rules.length > 0)
    found.forbidden(`${path}.restartPolicyRules`, 'restartPolicyRules are not allowed for init containers with restart policy Always');
}

function validateResizePolicy(found: Findings, path: string, container: Container, podPolicy: string | undefined): void {
  const seen = new Set<string>();
  list<{ readonly resourceName: string; readonly restartPolicy: string }>(raw(container).resizePolicy).forEach(
    ({ resourceName, restartPolicy }, i) => {
      if (seen.has(resourceName)) found.duplicate(`${path}[${i}]`, resourceName);
      seen.add(resourceName);
      found.oneOfRequired(path, resourceName, ['cpu', 'memory']);
      found.oneOfRequired(path, restartPolicy, ['NotRequired', 'RestartContainer']);
      if (podPolicy === 'Never' && restartPolicy !== 'NotRequired')
        found.invalid(path, restartPolicy, "must be 'NotRequired' when `restartPolicy` is 'Never'");
    },
  );
}
