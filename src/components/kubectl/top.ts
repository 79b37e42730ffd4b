// kubectl top pod, top node. Models kubectl pkg/cmd/top and pkg/metricsutil. A cluster without a metrics server says that
// it has none. Left out: --sum, swap.
import type { JsonObject } from '../../base/json';
import { compareBytes } from '../../base/order';
import { metaOf } from '../../machinery/object';
import { quantityMilli, quantityValue } from '../../machinery/quantity';
import type { Task } from '../../sim/task';
import { discover } from './discovery';
import { fail, usageError } from './errors';
import { columnsText } from './print/columns';
import { type Command, namespaceOf, type Session } from './session';

const COMMON = 'l/selector sort-by no-headers:bool use-protocol-buffers:bool show-swap:bool';
export const topPod: Command = { flags: `${COMMON} A/all-namespaces:bool containers:bool field-selector sum:bool`, run: pods };
export const topNode: Command = { flags: `${COMMON} show-capacity:bool`, run: nodes };

const METRICS = '/apis/metrics.k8s.io/v1beta1';
const ACCEPT = 'application/vnd.kubernetes.protobuf, */*';

/** The metrics of one object or of all. */
function* metricsOf(session: Session, path: string, name: string | undefined): Task<readonly JsonObject[]> {
  const groups = yield* discover(session, {});
  if (!groups.some((group) => metaOf(group).name === 'metrics.k8s.io')) throw fail('Metrics API not available');
  const selector = { labelSelector: session.flags.text('selector'), fieldSelector: session.flags.text('field-selector') };
  if (name !== undefined) return [yield* session.http.get(`${METRICS}${path}/${name}`, ACCEPT)];
  const list = yield* session.http.get(`${METRICS}${path}`, ACCEPT, selector);
  return (list['items'] ?? []) as readonly JsonObject[];
}

interface Usage {
  readonly cpu?: string;
  readonly memory?: string;
}
const cells = (usage: readonly Usage[]): string[] => [
  `${usage.reduce((sum, { cpu }) => sum + quantityMilli(cpu), 0)}m`,
  `${Math.floor(usage.reduce((sum, { memory }) => sum + quantityValue(memory), 0) / 1_048_576)}Mi`,
];

function* pods(session: Session): Task<void> {
  const { flags, args } = session;
  if (args.length > 1) throw usageError(session.command, 'pod [NAME | -l label]');
  if (args.length > 0 && flags.has('selector')) throw fail('only one of NAME or --selector can be provided');
  const everywhere = flags.bool('all-namespaces');
  const metrics = yield* metricsOf(session, everywhere ? '/pods' : `/namespaces/${namespaceOf(session)}/pods`, args[0]);
  const containers = flags.bool('containers');
  const lines = sortedBy(metrics, flags.text('sort-by')).flatMap((pod) => {
    const { name = '', namespace = '' } = metaOf(pod);
    const place = everywhere ? [namespace] : [];
    const used = (pod['containers'] ?? []) as unknown as readonly { readonly name: string; readonly usage: Usage }[];
    if (!containers) return [[...place, name, ...cells(used.map(({ usage }) => usage)), '']];
    return [...used].sort((a, b) => compareBytes(a.name, b.name)).map((one) => [...place, name, one.name, ...cells([one.usage]), '']);
  });
  const place = everywhere ? ['NAMESPACE'] : [];
  const head = [...place, ...(containers ? ['POD', 'NAME'] : ['NAME']), 'CPU(cores)', 'MEMORY(bytes)', ''];
  session.out(columnsText(flags.bool('no-headers') ? lines : [head, ...lines]));
}

function sortedBy(metrics: readonly JsonObject[], by: string): readonly JsonObject[] {
  if (by !== '' && by !== 'cpu' && by !== 'memory') throw fail('--sort-by accepts only cpu or memory');
  const use = (pod: JsonObject): number =>
    ((pod['containers'] ?? []) as unknown as readonly { readonly usage: Usage }[]).reduce(
      (sum, { usage }) => sum + (by === 'cpu' ? quantityMilli(usage.cpu) : quantityValue(usage.memory)),
      0,
    );
  const byName = (a: JsonObject, b: JsonObject): number => compareBytes(metaOf(a).name ?? '', metaOf(b).name ?? '');
  return [...metrics].sort((a, b) => (by === '' ? byName(a, b) : use(b) - use(a)));
}

function* nodes(session: Session): Task<void> {
  const { flags, args } = session;
  if (args.length > 1) throw usageError(session.command, 'node [NAME | -l label]');
  const metrics = yield* metricsOf(session, '/nodes', args[0]);
  const found = yield* session.http.get('/api/v1/nodes', ACCEPT);
  const lines = sortedBy(metrics, '').map((metric) => {
    const { name = '' } = metaOf(metric);
    const node = ((found['items'] ?? []) as readonly JsonObject[]).find((item) => metaOf(item).name === name);
    const allocatable = ((node?.['status'] ?? {}) as { readonly allocatable?: Usage }).allocatable ?? {};
    const usage = (metric['usage'] ?? {}) as Usage;
    const [cpu = '', memory = ''] = cells([usage]);
    const share = (used: number, all: number): string => (all === 0 ? '<unknown>' : `${Math.floor((used * 100) / all)}%`);
    return [
      name,
      cpu,
      share(quantityMilli(usage.cpu), quantityMilli(allocatable.cpu)),
      memory,
      share(quantityValue(usage.memory), quantityValue(allocatable.memory)),
      '',
    ];
  });
  const head = ['NAME', 'CPU(cores)', 'CPU(%)', 'MEMORY(bytes)', 'MEMORY(%)', ''];
  session.out(columnsText(flags.bool('no-headers') ? lines : [head, ...lines]));
}
