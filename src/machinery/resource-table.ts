// The resources that a Kubernetes 1.36 apiserver serves, in the order of its discovery document (core first).
// A line: plural Kind [short,names] [N|C] [category] [subresources]; `-` stands for none. Checked against
// the recorded discovery in resources.test.ts.

/** Everything but `deletecollection` for namespaces, `create` alone for reviews. */
export const STANDARD_VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

export const VERBS: { readonly [resource: string]: readonly string[] } = {
  bindings: ['create'],
  componentstatuses: ['get', 'list'],
  namespaces: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  selfsubjectreviews: ['create'],
  tokenreviews: ['create'],
  localsubjectaccessreviews: ['create'],
  selfsubjectaccessreviews: ['create'],
  selfsubjectrulesreviews: ['create'],
  subjectaccessreviews: ['create'],
};

/** Where a subresource is not the parent's kind with get, patch and update. */
export const SUBRESOURCES: {
  readonly [name: string]: { readonly groupVersion?: string; readonly kind?: string; readonly verbs?: readonly string[] };
} = {
  'nodes/proxy': { kind: 'NodeProxyOptions', verbs: ['create', 'delete', 'get', 'patch', 'update'] },
  'services/proxy': { kind: 'ServiceProxyOptions', verbs: ['create', 'delete', 'get', 'patch', 'update'] },
  'pods/proxy': { kind: 'PodProxyOptions', verbs: ['create', 'delete', 'get', 'patch', 'update'] },
  'pods/attach': { kind: 'PodAttachOptions', verbs: ['create', 'get'] },
  'pods/exec': { kind: 'PodExecOptions', verbs: ['create', 'get'] },
  'pods/portforward': { kind: 'PodPortForwardOptions', verbs: ['create', 'get'] },
  'pods/log': { verbs: ['get'] },
  'pods/binding': { kind: 'Binding', verbs: ['create'] },
  'pods/eviction': { groupVersion: 'policy/v1', kind: 'Eviction', verbs: ['create'] },
  'serviceaccounts/token': { groupVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', verbs: ['create'] },
  'namespaces/finalize': { verbs: ['update'] },
  'replicationcontrollers/scale': { groupVersion: 'autoscaling/v1', kind: 'Scale' },
  'deployments/scale': { groupVersion: 'autoscaling/v1', kind: 'Scale' },
  'replicasets/scale': { groupVersion: 'autoscaling/v1', kind: 'Scale' },
  'statefulsets/scale': { groupVersion: 'autoscaling/v1', kind: 'Scale' },
};

/** Where the prefix of a resource's keys is not `/registry/RESOURCE/`. */
export const ETCD_PREFIXES: { readonly [resource: string]: string } = {
  nodes: '/registry/minions/',
  services: '/registry/services/specs/',
  endpoints: '/registry/services/endpoints/',
  replicationcontrollers: '/registry/controllers/',
  ingresses: '/registry/ingress/',
  apiservices: '/registry/apiregistration.k8s.io/apiservices/',
  customresourcedefinitions: '/registry/apiextensions.k8s.io/customresourcedefinitions/',
};

export const TABLE: { readonly [groupVersion: string]: string } = {
  v1: `
    bindings Binding - N - -
    componentstatuses ComponentStatus cs C - -
    configmaps ConfigMap cm N - -
    endpoints Endpoints ep N - -
    events Event ev N - -
    limitranges LimitRange limits N - -
    namespaces Namespace ns C - finalize,status
    nodes Node no C - proxy,status
    persistentvolumeclaims PersistentVolumeClaim pvc N - status
    persistentvolumes PersistentVolume pv C - status
    pods Pod po N all attach,binding,ephemeralcontainers,eviction,exec,log,portforward,proxy,resize,status
    podtemplates PodTemplate - N - -
    replicationcontrollers ReplicationController rc N all scale,status
    resourcequotas ResourceQuota quota N - status
    secrets Secret - N - -
    serviceaccounts ServiceAccount sa N - token
    services Service svc N all proxy,status`,
  'apiregistration.k8s.io/v1': `
    apiservices APIService - C api-extensions status`,
  'apps/v1': `
    controllerrevisions ControllerRevision - N - -
    daemonsets DaemonSet ds N all status
    deployments Deployment deploy N all scale,status
    replicasets ReplicaSet rs N all scale,status
    statefulsets StatefulSet sts N all scale,status`,
  'events.k8s.io/v1': `
    events Event ev N - -`,
  'authentication.k8s.io/v1': `
    selfsubjectreviews SelfSubjectReview - C - -
    tokenreviews TokenReview - C - -`,
  'authorization.k8s.io/v1': `
    localsubjectaccessreviews LocalSubjectAccessReview - N - -
    selfsubjectaccessreviews SelfSubjectAccessReview - C - -
    selfsubjectrulesreviews SelfSubjectRulesReview - C - -
    subjectaccessreviews SubjectAccessReview - C - -`,
  'autoscaling/v2': `
    horizontalpodautoscalers HorizontalPodAutoscaler hpa N all status`,
  'autoscaling/v1': `
    horizontalpodautoscalers HorizontalPodAutoscaler hpa N all status`,
  'batch/v1': `
    cronjobs CronJob cj N all status
    jobs Job - N all status`,
  'certificates.k8s.io/v1': `
    certificatesigningrequests CertificateSigningRequest csr C - approval,status`,
  'networking.k8s.io/v1': `
    ingressclasses IngressClass - C - -
    ingresses Ingress ing N - status
    ipaddresses IPAddress ip C - -
    networkpolicies NetworkPolicy netpol N - -
    servicecidrs ServiceCIDR - C - status`,
  'policy/v1': `
    poddisruptionbudgets PodDisruptionBudget pdb N - status`,
  'rbac.authorization.k8s.io/v1': `
    clusterrolebindings ClusterRoleBinding - C - -
    clusterroles ClusterRole - C - -
    rolebindings RoleBinding - N - -
    roles Role - N - -`,
  'storage.k8s.io/v1': `
    csidrivers CSIDriver - C - -
    csinodes CSINode - C - -
    csistoragecapacities CSIStorageCapacity - N - -
    storageclasses StorageClass sc C - -
    volumeattachments VolumeAttachment - C - status
    volumeattributesclasses VolumeAttributesClass vac C - -`,
  'admissionregistration.k8s.io/v1': `
    mutatingadmissionpolicies MutatingAdmissionPolicy - C api-extensions -
    mutatingadmissionpolicybindings MutatingAdmissionPolicyBinding - C api-extensions -
    mutatingwebhookconfigurations MutatingWebhookConfiguration - C api-extensions -
    validatingadmissionpolicies ValidatingAdmissionPolicy - C api-extensions status
    validatingadmissionpolicybindings ValidatingAdmissionPolicyBinding - C api-extensions -
    validatingwebhookconfigurations ValidatingWebhookConfiguration - C api-extensions -`,
  'apiextensions.k8s.io/v1': `
    customresourcedefinitions CustomResourceDefinition crd,crds C api-extensions status`,
  'scheduling.k8s.io/v1': `
    priorityclasses PriorityClass pc C - -`,
  'coordination.k8s.io/v1': `
    leases Lease - N - -`,
  'node.k8s.io/v1': `
    runtimeclasses RuntimeClass - C - -`,
  'discovery.k8s.io/v1': `
    endpointslices EndpointSlice - N - -`,
  'resource.k8s.io/v1': `
    deviceclasses DeviceClass - C - -
    resourceclaims ResourceClaim - N - status
    resourceclaimtemplates ResourceClaimTemplate - N - -
    resourceslices ResourceSlice - C - -`,
  'flowcontrol.apiserver.k8s.io/v1': `
    flowschemas FlowSchema - C - status
    prioritylevelconfigurations PriorityLevelConfiguration - C - status`,
};
