// Who owns whom, from what the informers deliver. Owners that were only heard of are virtual until they are seen.
// The work for one delivery is in the number of its owners.
// Models kubernetes pkg/controller/garbagecollector: graph.go, graph_builder.go (processGraphChanges).
import { jsonEqual } from '../../../base/json';
import { compareBytes } from '../../../base/order';
import type { KubeObject, OwnerReference } from '../../../machinery/types';

export const FOREGROUND = 'foregroundDeletion';
export const ORPHAN = 'orphan';
const MAX_ABSENT = 500;

export interface Identity {
  readonly apiVersion: string;
  readonly kind: string;
  /** '' for what is not in a namespace; of a virtual node that of its first dependent. */
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

export class GraphNode {
  readonly dependents = new Set<GraphNode>();
  owners: readonly OwnerReference[] = [];
  beingDeleted = false;
  deletingDependents = false;

  constructor(
    public identity: Identity,
    /** Not seen yet, only named as an owner. */
    public virtual: boolean,
  ) {}

  /** Those that say that their owner must not go before them. */
  blockingDependents(): GraphNode[] {
    const { uid } = this.identity;
    return [...this.dependents].filter(({ owners }) => owners.some((owner) => owner.uid === uid && owner.blockOwnerDeletion));
  }
}

/** What the graph asks for when it changes. */
export interface GraphListener {
  attemptToDelete(node: GraphNode): void;
  attemptToOrphan(node: GraphNode): void;
  /** `node` names an owner that is in another namespace. */
  invalidOwner(node: GraphNode, owner: OwnerReference): void;
}

export class OwnerGraph {
  private readonly nodes = new Map<string, GraphNode>();
  private readonly absent = new Set<string>();

  constructor(private readonly listener: GraphListener) {}

  get(uid: string): GraphNode | undefined {
    return this.nodes.get(uid);
  }

  // ---- Owners that the server does not know

  markAbsent(identity: Identity): void {
    const key = textOf(identity);
    this.absent.delete(key);
    this.absent.add(key);
    const [oldest] = this.absent;
    if (this.absent.size > MAX_ABSENT && oldest !== undefined) this.absent.delete(oldest);
  }
  isAbsent(identity: Identity): boolean {
    return this.absent.has(textOf(identity));
  }

  // ---- Deliveries

  /** An object came or changed; `old` is its version before, if known. */
  seen(object: KubeObject, old: KubeObject | null): void {
    const { uid = '', ownerReferences = [], deletionTimestamp } = object.metadata;
    let node = this.nodes.get(uid);
    if (node === undefined) {
      node = new GraphNode(identityOf(object), false);
      node.owners = ownerReferences;
      node.beingDeleted = Boolean(deletionTimestamp);
      node.deletingDependents = isDeletingWith(object, FOREGROUND);
      this.nodes.set(uid, node);
      this.addToOwners(node, ownerReferences);
    } else {
      if (node.virtual) this.observe(node, identityOf(object));
      if (ownerReferences !== node.owners) this.changeOwners(node, ownerReferences);
      if (deletionTimestamp) node.beingDeleted = true;
    }
    this.startDeletion(node, object, old);
  }

  gone(object: KubeObject): void {
    const node = this.nodes.get(object.metadata.uid ?? '');
    if (node !== undefined) this.remove(node, identityOf(object));
  }

  /** The server does not know `identity`. */
  goneVirtually(identity: Identity): void {
    const node = this.nodes.get(identity.uid);
    if (node === undefined) return;
    const { matching, others } = partition(node, identity);
    const same = textOf(node.identity) === textOf(identity);
    if (node.virtual ? others.length === 0 : same) return this.remove(node, identity);
    // Its dependents disagree about who it is, or it was seen as somebody else.
    if (matching.length > 0) {
      this.markAbsent(identity);
      for (const dependent of matching) this.listener.attemptToDelete(dependent);
    }
    if (!node.virtual || !same) return;
    const other = otherIdentity(others, identity);
    if (other === null) return;
    node.identity = other;
    this.listener.attemptToDelete(node);
  }

  private observe(node: GraphNode, identity: Identity): void {
    if (textOf(node.identity) !== textOf(identity)) {
      for (const dependent of partition(node, identity).others) {
        const owner = dependent.owners.find(({ uid }) => uid === identity.uid);
        if (identity.namespace !== '' && dependent.identity.namespace !== identity.namespace && owner !== undefined)
          this.listener.invalidOwner(dependent, owner);
        this.listener.attemptToDelete(dependent);
      }
      node.identity = identity;
    }
    node.virtual = false;
  }

  /** Files a node with its owners; those that are not known become virtual nodes, which are looked for. */
  private addToOwners(node: GraphNode, owners: readonly OwnerReference[]): void {
    let doubtful = false;
    for (const owner of owners) {
      const known = this.nodes.get(owner.uid);
      if (known === undefined) {
        const virtual = new GraphNode(referred(owner, node.identity.namespace), true);
        this.nodes.set(owner.uid, virtual);
        virtual.dependents.add(node);
        this.listener.attemptToDelete(virtual);
        continue;
      }
      known.dependents.add(node);
      if (doubtful) continue;
      const { namespace } = known.identity;
      const foreign = namespace !== '' && namespace !== node.identity.namespace;
      if (foreign && !known.virtual) this.listener.invalidOwner(node, owner);
      doubtful = foreign || !matches(owner, known.identity) || (known.virtual && namespace !== node.identity.namespace);
    }
    if (doubtful) this.listener.attemptToDelete(node);
  }

  private changeOwners(node: GraphNode, owners: readonly OwnerReference[]): void {
    const before = node.owners;
    node.owners = owners;
    const added: OwnerReference[] = [];
    const unblocked: string[] = [];
    for (const owner of owners) {
      const known = before.find(({ uid }) => uid === owner.uid);
      if (known === undefined) added.push(owner);
      else if (known.blockOwnerDeletion && !owner.blockOwnerDeletion) unblocked.push(owner.uid);
    }
    const removed = before.filter(({ uid }) => !owners.some((owner) => owner.uid === uid));
    for (const owner of removed) if (owner.blockOwnerDeletion) unblocked.push(owner.uid);
    for (const uid of unblocked) {
      const owner = this.nodes.get(uid);
      if (owner !== undefined) this.listener.attemptToDelete(owner);
    }
    this.addToOwners(node, added);
    for (const { uid } of removed) this.nodes.get(uid)?.dependents.delete(node);
  }

  private startDeletion(node: GraphNode, object: KubeObject, old: KubeObject | null): void {
    if (!object.metadata.deletionTimestamp) return;
    const starts = (finalizer: string): boolean => isDeletingWith(object, finalizer) && !(old !== null && isDeletingWith(old, finalizer));
    if (starts(ORPHAN)) return this.listener.attemptToOrphan(node);
    if (!starts(FOREGROUND)) return;
    node.deletingDependents = true;
    for (const dependent of node.dependents) this.listener.attemptToDelete(dependent);
    this.listener.attemptToDelete(node);
  }

  private remove(node: GraphNode, identity: Identity): void {
    this.nodes.delete(node.identity.uid);
    for (const { uid } of node.owners) this.nodes.get(uid)?.dependents.delete(node);
    if (node.dependents.size > 0) this.markAbsent(identity);
    for (const dependent of node.dependents) this.listener.attemptToDelete(dependent);
    for (const { uid } of node.owners) {
      const owner = this.nodes.get(uid);
      if (owner?.deletingDependents) this.listener.attemptToDelete(owner);
    }
  }
}

const isDeletingWith = ({ metadata }: KubeObject, finalizer: string): boolean =>
  Boolean(metadata.deletionTimestamp) && (metadata.finalizers?.includes(finalizer) ?? false);

export const identityOf = ({ apiVersion, kind, metadata: { namespace = '', name, uid = '' } }: KubeObject): Identity => ({
  apiVersion,
  kind,
  namespace,
  name,
  uid,
});
/** What an owner reference says of an owner that would be in `namespace`. */
export const referred = ({ apiVersion, kind, name, uid }: OwnerReference, namespace: string): Identity => ({
  apiVersion,
  kind,
  namespace,
  name,
  uid,
});
const textOf = ({ apiVersion, kind, namespace, name, uid }: Identity): string => `${kind} ${apiVersion} ${namespace} ${name} ${uid}`;

const matches = (owner: OwnerReference, identity: Identity): boolean =>
  jsonEqual({ ...referred(owner, '') }, { ...identity, namespace: '' });

/** The dependents that mean `identity` by its uid, and those that mean something else. One can be both. */
function partition(node: GraphNode, identity: Identity): { readonly matching: GraphNode[]; readonly others: GraphNode[] } {
  const matching: GraphNode[] = [];
  const others: GraphNode[] = [];
  for (const dependent of node.dependents) {
    const foreign = identity.namespace !== '' && identity.namespace !== dependent.identity.namespace;
    const references = dependent.owners.filter(({ uid }) => uid === identity.uid);
    if (!foreign && references.some((owner) => matches(owner, identity))) matching.push(dependent);
    if (foreign || references.some((owner) => !matches(owner, identity))) others.push(dependent);
  }
  return { matching, others };
}

/** Another thing that dependents mean by the uid of what is absent: the one that follows it in order, else the
 *  first. */
function otherIdentity(dependents: readonly GraphNode[], absent: Identity): Identity | null {
  const found = new Map<string, Identity>();
  for (const dependent of dependents) {
    for (const owner of dependent.owners) {
      if (owner.uid !== absent.uid) continue;
      const clusterScoped = absent.namespace === '' && owner.apiVersion === absent.apiVersion && owner.kind === absent.kind;
      const identity = referred(owner, clusterScoped ? '' : dependent.identity.namespace);
      if (textOf(identity) !== textOf(absent)) found.set(textOf(identity), identity);
    }
  }
  const sorted = [...found].sort((a, b) => compareBytes(a[0], b[0]));
  const following = sorted.find(([text]) => compareBytes(text, textOf(absent)) > 0) ?? sorted[0];
  return following?.[1] ?? null;
}
