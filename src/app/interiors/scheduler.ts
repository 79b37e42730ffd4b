// The scheduler's inside: its queues, and for a Pod what every node's filters and scores said: the Pod that the
// message in focus is about, and the last ones.
import type { Json } from '../../base/json';
import type { Interior } from '../../worker/protocol';
import { inside as t } from '../text/inside';
import { detailOf, type Group, grouped, listOf, objectOf, type Row, type Section, seqOf, table, textOf, under } from './sections';

const MAX_PODS = 12;
/** A blank at which no line ends. */
const TIE = '\u00a0';

/** `pod`: `default/test-…`, if the message in focus is about one. */
export function scheduler({ interior, told }: Interior, pod: string | null): Section[] {
  const queued = under(interior, 'queue').map(([key, place]) => [textOf(place), { key, cells: [key] }] as const);
  const all = under(told, 'schedule').sort(([one, a], [other, b]) => Number(other === pod) - Number(one === pod) || seqOf(b) - seqOf(a));
  const shown = all.slice(0, MAX_PODS).map(([name, value], i) => decision(name, value, i === 0));
  return [
    { title: t.titles.queues, heads: [t.heads.pod], groups: grouped(queued).map((group) => ({ ...group, open: true })) },
    {
      title: t.titles.decided,
      heads: [t.heads.node, t.heads.filter, t.heads.scores, t.heads.total],
      groups: shown,
      latest: true,
      ...(all.length > shown.length ? { note: t.morePods(all.length - shown.length) } : {}),
    },
    table(
      t.titles.assumed,
      [t.heads.pod, t.heads.node],
      under(interior, 'assumed').map(([key, node]) => ({ key, cells: [key, textOf(node)] })),
    ),
  ];
}

function decision(pod: string, value: Json, open: boolean): Group {
  const { nodes, chosen, ties, message } = detailOf(value);
  const rows = Object.entries(objectOf(nodes))
    .sort(([a, one], [b, other]) => Number(b === chosen) - Number(a === chosen) || totalOf(other) - totalOf(one))
    .map(([node, said]) => nodeRow(node, said, node === chosen));
  const tied = listOf(ties).length;
  const last: Row[] = [];
  if (tied > 1) last.push({ key: 'tie', cells: [t.tie(tied)] });
  if (typeof chosen !== 'string') last.push({ key: 'none', cells: [`${t.noNode}: ${textOf(message)}`], tone: 'bad' });
  return { name: pod, rows: [...rows, ...last], open };
}

/** Below all others for a node that was turned away. */
const totalOf = (said: Json | undefined): number => {
  const { total } = objectOf(said);
  return typeof total === 'number' ? total : -1;
};

function nodeRow(node: string, said: Json | undefined, wins: boolean): Row {
  const { filter, scores, total } = objectOf(said);
  const fits = filter === 'ok';
  const { plugin, reason } = objectOf(filter);
  const points = Object.entries(objectOf(scores)).map(([name, score]) => `${name}${TIE}${textOf(score)}`);
  const score = points.length > 0 ? points.join('\n') : wins ? t.onlyNode : '–';
  return {
    key: node,
    cells: [wins ? `${node}, ${t.winner}` : node, fits ? t.fits : `${textOf(plugin)}: ${textOf(reason)}`, score, textOf(total)],
    ...(wins ? { tone: 'good' } : fits ? {} : { tone: 'bad' }),
  };
}
