// A node's kernel: the chains, the connections that it knows, and the way of the last packets rule by rule; and the
// loads that a process sends, which nodes do as well as Pods.
import type { Json } from '../../base/json';
import type { Interior } from '../../worker/protocol';
import { inside as t } from '../text/inside';
import { detailOf, type Group, listOf, objectOf, type Row, type Section, seqOf, table, textOf, under } from './sections';

export function chains(paths: Interior['interior']): Section {
  const groups = under(paths, 'chain').map(([name, rules]) => {
    const seen = new Map<string, number>();
    const rows = listOf(rules).map((rule) => {
      const text = textOf(rule);
      const times = (seen.get(text) ?? 0) + 1;
      seen.set(text, times);
      return { key: `${text} ${times}`, cells: [text] };
    });
    return { name: name.replace('/', ' '), rows };
  });
  return { title: t.titles.chains, heads: [t.heads.rule], groups };
}

export function loads({ interior }: Interior): Section[] {
  const rows = under(interior, 'load').map(([key, value]): Row => {
    const { to, ok, failed, failures } = objectOf(value);
    const why = Object.keys(objectOf(failures)).length === 0 ? '' : `: ${textOf(failures)}`;
    return { key, cells: [textOf(to), textOf(ok), `${textOf(failed)}${why}`], ...(failed === 0 ? {} : { tone: 'bad' }) };
  });
  return rows.length === 0 ? [] : [table(t.titles.loads, [t.heads.to, t.heads.ok, t.heads.failed], rows)];
}

/** The last packet that began a connection, the last one of all if that came after it, and what conntrack keeps. */
export function packets({ interior, told }: Interior): Section[] {
  const [first, later] = [told['packet/first'], told['packet/later']];
  const connections = under(interior, 'connection').map(([ends, value]): Row => {
    const { reply, state } = objectOf(value);
    return { key: ends, cells: [ends, textOf(state), textOf(reply)] };
  });
  return [
    ...(first === undefined ? [] : [walked(t.titles.firstPacket, first)]),
    ...(later === undefined || seqOf(later) < seqOf(first) ? [] : [walked(t.titles.laterPacket, later)]),
    ...(connections.length === 0 ? [] : [table(t.titles.connections, [t.heads.connection, t.heads.state, t.heads.answers], connections)]),
  ];
}

function walked(title: string, told: Json): Section {
  const { hooks, outcome, came, left, output } = detailOf(told);
  const groups = listOf(hooks).map((value): Group => {
    const { table: name, hook, packet, steps } = objectOf(value);
    return { name: t.hook(textOf(hook), textOf(name), textOf(packet)), rows: listOf(steps).map(stepRow), open: true };
  });
  const end = t.ends(
    textOf(outcome),
    outcome === 'accepted' && left !== came ? textOf(left) : null,
    output === null ? null : textOf(output),
  );
  const last: Row = { key: 'end', cells: [end], tone: outcome === 'accepted' ? 'good' : 'bad' };
  return { title, heads: [t.heads.verdict, t.heads.rule], groups: [...groups, { name: '', rows: [last] }], event: true };
}

/** Rules that did not match stand there too: they were asked. */
function stepRow(value: Json, place: number): Row {
  const { chain, kind, verdict, rule } = objectOf(value);
  const text = kind === 'policy' ? t.policy(textOf(chain)) : textOf(rule);
  const cells = [kind === 'missed' ? t.missed : verdictText(textOf(verdict), text), text];
  if (kind === 'missed') return { key: String(place), cells };
  return { key: String(place), cells, tone: verdict === 'DROP' ? 'bad' : 'good' };
}

/** The rule itself says to which chain or address; here stands what it did. */
function verdictText(verdict: string, rule: string): string {
  const [, target] = / -j (DNAT|MASQUERADE|REJECT)\b/.exec(rule) ?? [];
  return target ?? (verdict === 'CONTINUE' || verdict.startsWith('JUMP:') ? t.match : verdict);
}
