// What happened inside one component, in a few words.
import { isObject, type Json, type JsonObject } from '../base/json';
import type { Inside, InsideTopic } from '../wire/payload';
import { count } from './naming';

export const insidePhrase = ({ topic, detail }: Inside): string => PHRASES[topic](detail);

const text = (value: Json | undefined): string => (value === undefined || value === null ? '' : String(value));
const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : []);
const size = (value: Json | undefined): number => (Array.isArray(value) ? value.length : isObject(value) ? Object.keys(value).length : 0);
const seconds = (us: Json | undefined): string => `${Math.round(Number(us) / 100_000) / 10} s`;

const PHRASES: { readonly [topic in InsideTopic]: (detail: JsonObject) => string } = {
  boot: (d) =>
    d.ready === true
      ? 'is ready to serve'
      : d.hook !== undefined
        ? `makes what every cluster has: ${text(d.hook)}`
        : 'reads what its disk holds',
  started: () => 'starts',
  stopped: (d) => `stops${d.exitCode === undefined ? '' : ` with exit code ${text(d.exitCode)}`}`,
  crashed: () => 'crashes, because our program is wrong',
  leader: (d) => `is elected: it holds Lease ${text(d.lease)}`,
  chain: chainPhrase,
  commit: (d) => `${d.type === 'DELETE' ? 'deletes' : 'keeps'} ${text(d.key)} at revision ${text(d.revision)}`,
  lease: (d) =>
    d.granted !== undefined
      ? `grants a lease of ${text(d.ttl)} seconds`
      : d.expired !== undefined
        ? 'a lease ran out; its keys go'
        : 'ends a lease',
  compact: (d) => `forgets what was before revision ${text(d.revision)}`,
  cache: (d) =>
    d.pod !== undefined
      ? `no longer counts on ${text(d.pod)} being on its node`
      : `${text(d.node) || 'nobody'} has the addresses ${text(d.range)}`,
  'watch-cache': (d) =>
    d.opened !== undefined
      ? `keeps ${text(d.client)} informed of ${text(d.resource)}`
      : d.closed !== undefined
        ? 'a watch on it was closed'
        : 'its cache changed',
  queue: queuePhrase,
  reconcile: reconcilePhrase,
  schedule: schedulePhrase,
  'pod-worker': (d) => `its worker for ${text(d.pod)}: ${text(d.state)}`,
  volume: (d) => `volume ${text(d.volume)} of ${text(d.pod)}: ${text(d.state)}`,
  image: (d) =>
    d.pulled !== undefined
      ? `has the image ${text(d.pulled)}`
      : d.removed !== undefined
        ? 'removed an image'
        : backOffPhrase(d.backOffUs, 'pulls the image again'),
  probe: (d) =>
    d.result === undefined ? `stops the ${text(d.probe)} probe` : `the ${text(d.probe)} probe of ${text(d.container)}: ${text(d.result)}`,
  container: containerPhrase,
  node: nodePhrase,
  rules: (d) => `its table ${text(d.table)} has ${count(listOf(d.chains).length, 'chain')}`,
  packet: packetPhrase,
  request: (d) => `asked ${text(d.to)}${d.number === undefined ? '' : `, request ${text(d.number)}`}: ${text(d.outcome)}`,
  lost: () => 'a message was lost',
};

const backOffPhrase = (us: Json | undefined, what: string): string =>
  typeof us === 'number' ? `waits ${seconds(us)} before it ${what}` : 'need not wait any more';

/** Who it was, and the chamber that said no, if one did. */
function chainPhrase({ user, stages }: JsonObject): string {
  const who = user === null ? 'an unknown client' : text(user);
  const passed = listOf(stages).filter(isObject);
  const refusing = passed.find(({ verdict, plugins }) => verdict === 'refused' || verdict === 'invalid' || listOf(plugins).some(refuses));
  if (refusing !== undefined) return `does not do what ${who} asks: ${CHAMBERS[text(refusing.stage)] ?? text(refusing.stage)} says no`;
  const admitted = passed.some(({ stage }) => stage === 'validating-admission');
  return `knows ${who}, who may do this${admitted ? '; admission agrees, and the object is valid' : ''}`;
}
const refuses = (plugin: Json): boolean => isObject(plugin) && plugin.refused !== undefined;
const CHAMBERS: { readonly [stage: string]: string } = {
  'mutating-admission': 'admission',
  'validating-admission': 'admission',
  'priority-and-fairness': 'fairness',
};

function queuePhrase(d: JsonObject): string {
  if (d.added !== undefined) return `${text(d.added)} joins the ${text(d.queue)} queue`;
  if (d.taken !== undefined) return `takes ${text(d.taken)} from the ${text(d.queue)} queue`;
  if (d.done !== undefined) return `is done with ${text(d.done)}`;
  if (isObject(d.expects)) return `waits to hear of what it just did for ${text(d.key)}`;
  if (d.expects === null) return `heard of all it did for ${text(d.key)}`;
  return `${text(d.key)} in the ${text(d.queue)} queue: ${text(d.why)}`;
}

function reconcilePhrase(d: JsonObject): string {
  if (d.key === undefined) return 'wrote its rules';
  const outcome = d.outcome === 'retry' ? `tries again later, because ${text(d.why)}` : 'nothing is left to do';
  return `compared wanted with found for ${text(d.key)}: ${outcome}`;
}

/** Where a packet went, and what was done to its addresses. */
function packetPhrase(d: JsonObject): string {
  if (d.forgotten !== undefined) return `forgets the connection ${text(d.forgotten)}`;
  if (d.outcome === 'dropped') return `drops the packet ${text(d.came)}`;
  if (d.outcome === 'rejected') return `rejects the packet ${text(d.came)}: a rule says REJECT`;
  const chains = chainsOf(d);
  if (chains !== '') return `the packet for ${endOf(d.came)} goes to ${endOf(d.left)}, by its chains ${chains}`;
  const where = d.output === null ? 'is for this machine' : `leaves by ${text(d.output)}`;
  return d.came === d.left ? `the packet ${text(d.came)} ${where}` : `the packet ${text(d.came)} becomes ${text(d.left)} and ${where}`;
}

const endOf = (ends: Json | undefined): string => text(ends).split(' > ')[1] ?? '';

/** kube-proxy's chains that gave a new connection another destination; '' if none did. */
function chainsOf({ came, left, hooks }: JsonObject): string {
  const [first] = listOf(hooks);
  if (endOf(came) === endOf(left) || !isObject(first) || first.table !== 'nat') return '';
  const passed = listOf(first.steps).flatMap((step) => (isObject(step) && step.kind === 'rule' ? text(step.chain) : []));
  return [...new Set(passed)].filter((chain) => chain.startsWith('KUBE-')).join(', ');
}

function schedulePhrase(d: JsonObject): string {
  if (d.chosen) return `weighed ${count(size(d.nodes), 'node')} for ${text(d.pod)} and chose ${text(d.chosen)}`;
  return `found no node for ${text(d.pod)}`;
}

function containerPhrase(d: JsonObject): string {
  if (d.removed !== undefined) return 'forgot what was removed';
  if (d.reserved !== undefined) return `gives the address ${text(d.reserved)}`;
  if (d.released !== undefined) return `takes back the address ${text(d.released)}`;
  if (d.serves !== undefined) return `listens on port ${text(d.serves)}`;
  if (d.ends !== undefined) return `no longer listens on port ${text(d.ends)}`;
  if (d.deleted !== undefined) return 'cleaned up after a process';
  if (d.file !== undefined) return `writes ${text(d.file)} of ${text(d.pod)}`;
  if (d.backOffUs !== undefined) return backOffPhrase(d.backOffUs, 'starts the container again');
  if (d.state === undefined) return 'noted something about a container';
  const what =
    d.container !== undefined
      ? `container ${short(d.container)}`
      : d.sandbox !== undefined
        ? `the sandbox of ${short(d.sandbox)}`
        : 'a process';
  return `${what} is ${text(d.state)
    .replace(/^(CONTAINER|SANDBOX)_/, '')
    .toLowerCase()}`;
}
/** The engine's names end in namespace, uid and attempt: `nginx_test-1_default_…_0`. */
const short = (name: Json | undefined): string => text(name).split('_')[0] ?? '';

function nodePhrase(d: JsonObject): string {
  if (d.registered !== undefined) return `registered ${text(d.registered)}`;
  if (d.evictionPlanned !== undefined) return `will remove ${text(d.evictionPlanned)} if its node stays as it is`;
  if (d.evictionCancelled !== undefined) return `need not remove ${text(d.evictionCancelled)} any more`;
  if (d.evicts !== undefined) return `removes ${text(d.evicts)} from its node`;
  if (d.zone !== undefined) return `its nodes in zone ${text(d.zone) || '(none)'}: ${text(d.state)}`;
  return 'looked at its nodes';
}
