// The columns of each kind's table, as pkg/printers/internalversion AddHandlers defines them: names, types and
// priorities here, their descriptions (recorded answers of a 1.36.2 server) in column-descriptions.json.
// Left out: the descriptions of a few kinds that were not recorded (Service, RBAC bindings, ...): they are empty.
import type { JsonObject } from '../../base/json';
import descriptions from './column-descriptions.json';

export type Column = {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  /** 0 in every table, 1 with `-o wide` only. */
  readonly priority: number;
};

/** `Name/format:type+`: string unless a type is given; `+` means priority 1. */
const COLUMNS: { readonly [kind: string]: string } = {
  APIService: 'Name/name|Service|Available|Age',
  CertificateSigningRequest: 'Name/name|Age|SignerName|Requestor|RequestedDuration|Condition',
  ClusterRoleBinding: 'Name/name|Role|Age|Users+|Groups+|ServiceAccounts+',
  ClusterTrustBundle: 'Name/name|SignerName',
  ComponentStatus: 'Name/name|Status|Message|Error',
  ConfigMap: 'Name/name|Data|Age',
  ControllerRevision: 'Name/name|Controller|Revision|Age',
  CronJob: 'Name/name|Schedule|Timezone|Suspend:boolean|Active:integer|Last Schedule|Age|Containers+|Images+|Selector+',
  CSIDriver:
    'Name/name|AttachRequired:boolean|PodInfoOnMount:boolean|StorageCapacity:boolean|TokenRequests|RequiresRepublish:boolean|Modes|Age',
  CSINode: 'Name/name|Drivers:integer|Age',
  CSIStorageCapacity: 'Name/name|StorageClassName|Capacity',
  DaemonSet:
    'Name/name|Desired:integer|Current:integer|Ready:integer|Up-to-date:integer|Available:integer|Node Selector|Age|Containers+|Images+|Selector+',
  Deployment: 'Name/name|Ready|Up-to-date|Available|Age|Containers+|Images+|Selector+',
  DeviceClass: 'Name/name|Age',
  DeviceTaintRule: 'Name/name|Key|Value|Effect|TimeAdded|Age',
  Endpoints: 'Name/name|Endpoints|Age',
  EndpointSlice: 'Name/name|AddressType|Ports|Endpoints|Age',
  Event: 'Last Seen|Type|Reason|Object|Subobject+|Source+|Message|First Seen+|Count+|Name/name+',
  FlowSchema: 'Name/name|PriorityLevel|MatchingPrecedence|DistinguisherMethod|Age|MissingPL',
  HorizontalPodAutoscaler: 'Name/name|Reference|Targets|MinPods|MaxPods|Replicas|Age',
  Ingress: 'Name/name|Class|Hosts|Address|Ports|Age',
  IngressClass: 'Name/name|Controller|Parameters|Age',
  IPAddress: 'Name/name|ParentRef',
  Job: 'Name/name|Status|Completions|Duration|Age|Containers+|Images+|Selector+',
  Lease: 'Name/name|Holder|Age',
  LeaseCandidate: 'Name/name|LeaseName|BinaryVersion|EmulationVersion|Age',
  MutatingAdmissionPolicy: 'Name/name|Mutations:integer|ParamKind|Age',
  MutatingAdmissionPolicyBinding: 'Name/name|PolicyName|ParamRef|Age',
  MutatingWebhookConfiguration: 'Name/name|Webhooks:integer|Age',
  Namespace: 'Name/name|Status|Age',
  NetworkPolicy: 'Name/name|Pod-Selector|Age',
  Node: 'Name/name|Status|Roles|Age|Version|Internal-IP+|External-IP+|OS-Image+|Kernel-Version+|Container-Runtime+',
  PersistentVolume: 'Name/name|Capacity|Access Modes|Reclaim Policy|Status|Claim|StorageClass|VolumeAttributesClass|Reason|Age|VolumeMode+',
  PersistentVolumeClaim: 'Name/name|Status|Volume|Capacity|Access Modes|StorageClass|VolumeAttributesClass|Age|VolumeMode+',
  Pod: 'Name/name|Ready|Status|Restarts|Age|IP+|Node+|Nominated Node+|Readiness Gates+',
  PodCertificateRequest: 'Name/name|PodName|ServiceAccountName|NodeName|SignerName|State|UnverifiedUserAnnotations',
  PodDisruptionBudget: 'Name/name|Min Available|Max Unavailable|Allowed Disruptions:integer|Age',
  PodGroup: 'Name/name|Policy|Workload|Status|Age',
  PodTemplate: 'Name/name|Containers|Images|Pod Labels',
  PriorityClass: 'Name/name|Value:integer|Global-Default:boolean|Age|PreemptionPolicy',
  PriorityLevelConfiguration: 'Name/name|Type|NominalConcurrencyShares|Queues|HandSize|QueueLengthLimit|Age',
  ReplicaSet: 'Name/name|Desired:integer|Current:integer|Ready:integer|Age|Containers+|Images+|Selector+',
  ReplicationController: 'Name/name|Desired:integer|Current:integer|Ready:integer|Age|Containers+|Images+|Selector+',
  ResourceClaim: 'Name/name|State|Age',
  ResourceClaimTemplate: 'Name/name|Age',
  ResourceQuota: 'Name/name|Request|Limit|Age',
  ResourceSlice: 'Name/name|Node|Driver|Pool|Age',
  RoleBinding: 'Name/name|Role|Age|Users+|Groups+|ServiceAccounts+',
  RuntimeClass: 'Name/name|Handler|Age',
  Scale: 'Name|Desired:integer|Available:integer|Age',
  Secret: 'Name/name|Type|Data|Age',
  Service: 'Name/name|Type|Cluster-IP|External-IP|Port(s)|Age|Selector+',
  ServiceAccount: 'Name/name|Age',
  ServiceCIDR: 'Name/name|CIDRs|Age',
  StatefulSet: 'Name/name|Ready|Age|Containers+|Images+',
  Status: 'Status|Reason|Message',
  StorageClass: 'Name/name|Provisioner|ReclaimPolicy|VolumeBindingMode|AllowVolumeExpansion|Age',
  StorageVersion: 'Name/name|CommonEncodingVersion|StorageVersions|Age',
  StorageVersionMigration: 'Name|Resource|Status',
  ValidatingAdmissionPolicy: 'Name/name|Validations:integer|ParamKind|Age',
  ValidatingAdmissionPolicyBinding: 'Name/name|PolicyName|ParamRef|Age',
  ValidatingWebhookConfiguration: 'Name/name|Webhooks:integer|Age',
  VolumeAttachment: 'Name/name|Attacher/name|PV|Node|Attached:boolean|Age',
  VolumeAttributesClass: 'Name/name|DriverName|Age',
};
/** Of kinds without a printer (Role, LimitRange, custom resources): registry/rest/table.go. */
const DEFAULT = 'Name/name|Created At:date';

type Texts = { readonly [column: string]: string | undefined };
const TEXTS = descriptions as { readonly [kind: string]: Texts | undefined };
const COMMON: Texts = TEXTS['*'] ?? {};

const parsed = new Map<string, readonly Column[]>();

/** The columns of a kind's table. */
export function columnsOf(kind: string): readonly (Column & JsonObject)[] {
  let columns = parsed.get(kind);
  if (columns === undefined) {
    columns = (COLUMNS[kind] ?? DEFAULT).split('|').map((text) => column(kind, text));
    parsed.set(kind, columns);
  }
  return columns as readonly (Column & JsonObject)[];
}

function column(kind: string, text: string): Column {
  const priority = text.endsWith('+') ? 1 : 0;
  const [head = '', type = 'string'] = text.slice(0, text.length - priority).split(':');
  const [name = '', format = ''] = head.split('/');
  const description = TEXTS[kind]?.[name] ?? (name === 'Created At' ? COMMON['Age'] : COMMON[name]) ?? '';
  return { name, type, format, description, priority };
}
