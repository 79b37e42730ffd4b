// Parts of objects as upstream's error texts tell them: the JSON of its internal Go structs, which have other names and
// another order than the API and write what is empty. Models pkg/apis/core/types.go, apps/types.go, rbac/types.go as far
// as texts show them.
import { isObject, type Json, type JsonObject } from '../../base/json';
import { sortedMap } from './findings';

/** A word: `GoName[=jsonName]:TYPE`. TYPE is s(tring), i(nteger), b(oolean), q(uantity) with their zeros, `*` for what
 *  is null if absent, `{` for a map, a struct, `*Struct`, or `[Struct` for a list of them. */
const STRUCTS: { readonly [struct: string]: string } = {
  PodSpec:
    'Volumes:[Volume InitContainers:[Container Containers:[Container EphemeralContainers:[EphemeralContainer RestartPolicy:s TerminationGracePeriodSeconds:* ActiveDeadlineSeconds:* DNSPolicy:s NodeSelector:{ ServiceAccountName:s AutomountServiceAccountToken:* NodeName:s SecurityContext:*PodSecurityContext ImagePullSecrets:[LocalObjectReference Hostname:s Subdomain:s SetHostnameAsFQDN:* Affinity:*Affinity SchedulerName:s Tolerations:[Toleration HostAliases:[HostAlias PriorityClassName:s Priority:* PreemptionPolicy:* DNSConfig:*PodDNSConfig ReadinessGates:[PodReadinessGate RuntimeClassName:* Overhead:{ EnableServiceLinks:* TopologySpreadConstraints:[TopologySpreadConstraint OS:*Named SchedulingGates:[Named ResourceClaims:[PodResourceClaim Resources:*ResourceRequirements HostnameOverride:* SchedulingGroup:*PodSchedulingGroup',
  Volume:
    'Name:s HostPath:*HostPath EmptyDir:*EmptyDir GCEPersistentDisk:* AWSElasticBlockStore:* GitRepo:* Secret:*SecretVolume NFS:* ISCSI:* Glusterfs:* PersistentVolumeClaim:*ClaimVolume RBD:* Quobyte:* FlexVolume:* Cinder:* CephFS=cephfs:* Flocker:* DownwardAPI:*DownwardAPIVolume FC:* AzureFile:* ConfigMap:*ConfigMapVolume VsphereVolume:* AzureDisk:* PhotonPersistentDisk:* Projected:*Projected PortworxVolume:* ScaleIO:* StorageOS=storageos:* CSI:* Ephemeral:* Image:*ImageVolume',
  HostPath: 'Path:s Type:*',
  EmptyDir: 'Medium:s SizeLimit:*',
  SecretVolume: 'SecretName:s Items:[KeyToPath DefaultMode:* Optional:*',
  ConfigMapVolume: 'Name:s Items:[KeyToPath DefaultMode:* Optional:*',
  ClaimVolume: 'ClaimName:s ReadOnly:b',
  ImageVolume: 'Reference:s PullPolicy:s',
  DownwardAPIVolume: 'Items:[DownwardAPIFile DefaultMode:*',
  KeyToPath: 'Key:s Path:s Mode:*',
  DownwardAPIFile: 'Path:s FieldRef:*FieldRef ResourceFieldRef:*ResourceFieldRef Mode:*',
  FieldRef: 'APIVersion:s FieldPath:s',
  ResourceFieldRef: 'ContainerName:s Resource:s Divisor:q',
  Projected: 'Sources:[Projection DefaultMode:*',
  Projection:
    'Secret:*KeysProjection DownwardAPI:*DownwardAPIProjection ConfigMap:*KeysProjection ServiceAccountToken:*TokenProjection ClusterTrustBundle:* PodCertificate:*',
  KeysProjection: 'Name:s Items:[KeyToPath Optional:*',
  DownwardAPIProjection: 'Items:[DownwardAPIFile',
  TokenProjection: 'Audience:s ExpirationSeconds:i Path:s',
  Container:
    'Name:s Image:s Command:* Args:* WorkingDir:s Ports:[ContainerPort EnvFrom:[EnvFrom Env:[EnvVar Resources:ResourceRequirements ResizePolicy:[ResizePolicy RestartPolicy:* RestartPolicyRules:[RestartRule VolumeMounts:[VolumeMount VolumeDevices:[VolumeDevice LivenessProbe:*Probe ReadinessProbe:*Probe StartupProbe:*Probe Lifecycle:*Lifecycle TerminationMessagePath:s TerminationMessagePolicy:s ImagePullPolicy:s SecurityContext:*SecurityContext Stdin:b StdinOnce:b TTY:b',
  ContainerPort: 'Name:s HostPort:i ContainerPort:i Protocol:s HostIP:s',
  EnvFrom: 'Prefix:s ConfigMapRef:*EnvSource SecretRef:*EnvSource',
  EnvSource: 'Name:s Optional:*',
  EnvVar: 'Name:s Value:s ValueFrom:*EnvVarSource',
  EnvVarSource: 'FieldRef:*FieldRef ResourceFieldRef:*ResourceFieldRef ConfigMapKeyRef:*KeyRef SecretKeyRef:*KeyRef FileKeyRef:*FileKeyRef',
  KeyRef: 'Name:s Key:s Optional:*',
  FileKeyRef: 'VolumeName:s Path:s Key:s Optional:*',
  ResourceRequirements: 'Limits:{ Requests:{ Claims:[ResourceClaim',
  VolumeResourceRequirements: 'Limits:{ Requests:{',
  ResourceClaim: 'Name:s Request:s',
  ResizePolicy: 'ResourceName:s RestartPolicy:s',
  RestartRule: 'Action:s ExitCodes:*ExitCodes',
  ExitCodes: 'Operator:s Values:*',
  VolumeMount: 'Name:s ReadOnly:b RecursiveReadOnly:* MountPath:s SubPath:s MountPropagation:* SubPathExpr:s',
  VolumeDevice: 'Name:s DevicePath:s',
  Probe:
    'Exec:*Exec HTTPGet:*HTTPGet TCPSocket:*TCPSocket GRPC:*GRPC InitialDelaySeconds:i TimeoutSeconds:i PeriodSeconds:i SuccessThreshold:i FailureThreshold:i TerminationGracePeriodSeconds:*',
  Lifecycle: 'PostStart:*Handler PreStop:*Handler StopSignal:*',
  Handler: 'Exec:*Exec HTTPGet:*HTTPGet TCPSocket:*TCPSocket Sleep:*Sleep',
  Exec: 'Command:*',
  HTTPGet: 'Path:s Port:i Host:s Scheme:s HTTPHeaders:[HTTPHeader',
  HTTPHeader: 'Name:s Value:s',
  TCPSocket: 'Port:i Host:s',
  GRPC: 'Port:i Service:*',
  Sleep: 'Seconds:i',
  SecurityContext:
    'Capabilities:*Capabilities Privileged:* SELinuxOptions:*SELinuxOptions WindowsOptions:* RunAsUser:* RunAsGroup:* RunAsNonRoot:* ReadOnlyRootFilesystem:* AllowPrivilegeEscalation:* ProcMount:* SeccompProfile:*SeccompProfile AppArmorProfile:*SeccompProfile',
  Capabilities: 'Add:* Drop:*',
  SELinuxOptions: 'User:s Role:s Type:s Level:s',
  SeccompProfile: 'Type:s LocalhostProfile:*',
  PodSecurityContext:
    'HostNetwork:b HostPID:b HostIPC:b ShareProcessNamespace:* HostUsers:* SELinuxOptions:*SELinuxOptions WindowsOptions:* RunAsUser:* RunAsGroup:* RunAsNonRoot:* SupplementalGroups:* SupplementalGroupsPolicy:* FSGroup:* FSGroupChangePolicy:* Sysctls:[HTTPHeader SeccompProfile:*SeccompProfile AppArmorProfile:*SeccompProfile SELinuxChangePolicy:*',
  LocalObjectReference: 'Name:s',
  Named: 'Name:s',
  Affinity: 'NodeAffinity:*NodeAffinity PodAffinity:*PodAffinity PodAntiAffinity:*PodAffinity',
  NodeAffinity:
    'RequiredDuringSchedulingIgnoredDuringExecution:*NodeSelector PreferredDuringSchedulingIgnoredDuringExecution:[PreferredTerm',
  NodeSelector: 'NodeSelectorTerms:[NodeSelectorTerm',
  NodeSelectorTerm: 'MatchExpressions:[NodeRequirement MatchFields:[NodeRequirement',
  NodeRequirement: 'Key:s Operator:s Values:*',
  PreferredTerm: 'Weight:i Preference:NodeSelectorTerm',
  PodAffinity:
    'RequiredDuringSchedulingIgnoredDuringExecution:[PodAffinityTerm PreferredDuringSchedulingIgnoredDuringExecution:[WeightedTerm',
  PodAffinityTerm: 'LabelSelector:* Namespaces:* TopologyKey:s NamespaceSelector:* MatchLabelKeys:* MismatchLabelKeys:*',
  WeightedTerm: 'Weight:i PodAffinityTerm:PodAffinityTerm',
  Toleration: 'Key:s Operator:s Value:s Effect:s TolerationSeconds:*',
  HostAlias: 'IP:s Hostnames:*',
  PodDNSConfig: 'Nameservers:* Searches:* Options:[DNSOption',
  DNSOption: 'Name:s Value:*',
  PodReadinessGate: 'ConditionType:s',
  TopologySpreadConstraint:
    'MaxSkew:i TopologyKey:s WhenUnsatisfiable:s LabelSelector:* MinDomains:* NodeAffinityPolicy:* NodeTaintsPolicy:* MatchLabelKeys:*',
  PodResourceClaim: 'Name:s ResourceClaimName:* ResourceClaimTemplateName:*',
  PodSchedulingGroup: 'PodGroupName:*',
  Taint: 'Key:s Value:s Effect:s TimeAdded:*',
  NodeAddress: 'Type:s Address:s',
  ServicePort: 'Name:s Protocol:s AppProtocol:* Port:i TargetPort:i NodePort:i',
  DeploymentStrategy: 'Type:s RollingUpdate:*RollingUpdateDeployment',
  RollingUpdateDeployment: 'MaxUnavailable:i MaxSurge:i',
  StatefulSetUpdateStrategy: 'Type:s RollingUpdate:*RollingUpdateStatefulSet',
  RollingUpdateStatefulSet: 'Partition:i MaxUnavailable:*',
  RoleRef: 'APIGroup:s Kind:s Name:s',
  PersistentVolumeClaimSpec:
    'AccessModes:* Selector:* Resources:VolumeResourceRequirements VolumeName:s StorageClassName:* VolumeMode:* DataSource:* DataSourceRef:* VolumeAttributesClassName:*',
};

interface Field {
  readonly go: string;
  readonly json: string;
  readonly type: string;
}
const parsed = new Map<string, readonly Field[]>();

/** Go's initialisms are small in JSON: `HTTPGet` -> `httpGet`, `SELinuxOptions` -> `seLinuxOptions`. */
const jsonName = (go: string): string => go.replace(/^[A-Z]+(?=[A-Z][a-z])|^[A-Z]+$|^[A-Z]/, (start) => start.toLowerCase());

function fieldsOf(struct: string): readonly Field[] {
  let fields = parsed.get(struct);
  if (fields === undefined) {
    const text = struct === 'EphemeralContainer' ? `${STRUCTS.Container ?? ''} TargetContainerName:s` : (STRUCTS[struct] ?? '');
    fields = text.split(' ').map((word) => {
      const [names = '', type = ''] = word.split(':');
      const [go = '', json = jsonName(go)] = names.split('=');
      return { go, json, type };
    });
    parsed.set(struct, fields);
  }
  return fields;
}

/** The internal form of an API object, for error texts only. */
export function goStruct(struct: string, object: JsonObject): JsonObject {
  return Object.fromEntries(fieldsOf(struct).map(({ go, json, type }) => [go, valueOf(type, object[json])]));
}

const ZEROS: { readonly [type: string]: Json } = { s: '', i: 0, b: false, q: '0' };

function valueOf(type: string, value: Json | undefined): Json {
  if (Object.hasOwn(ZEROS, type)) return value ?? ZEROS[type] ?? null;
  if (type === '{') return isObject(value) && Object.keys(value).length > 0 ? sortedMap(value) : null;
  if (type.startsWith('['))
    return Array.isArray(value) && value.length > 0 ? value.map((item) => goStruct(type.slice(1), item as JsonObject)) : null;
  if (type === '*') return Array.isArray(value) && value.length === 0 ? null : (value ?? null);
  if (type.startsWith('*')) return isObject(value) ? goStruct(type.slice(1), value) : null;
  return goStruct(type, isObject(value) ? value : {});
}

const MOVED = ['hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace', 'hostUsers'];

/** Pod specs: what concerns the host is within the internal security context. */
export function goPodSpec(spec: JsonObject): JsonObject {
  const moved = MOVED.filter((field) => spec[field] !== undefined);
  const context = isObject(spec.securityContext) ? spec.securityContext : null;
  const securityContext =
    context === null && moved.length === 0 ? null : { ...context, ...Object.fromEntries(moved.map((field) => [field, spec[field]])) };
  return goStruct('PodSpec', { ...spec, securityContext });
}
