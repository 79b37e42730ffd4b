// What containers printed, as the files under /var/log/pods keep it, and the part of it that is asked for.
// Models kubernetes pkg/kubelet/kuberuntime/logs (ReadLogs) and cri-client's log format. Left out: following, rotation.
import { SECOND, type SimTime } from '../../base/brand';
import { utf8 } from '../../base/utf8';
import { parseTime, rfc3339Micro } from '../../machinery/time';

export interface LogLine {
  readonly atUs: SimTime;
  readonly text: string;
}
export type Logs = Map<string, LogLine[]>;

const MOST_LINES = 2_000;
const LONGEST = 16_384;

/** Adds what a container printed: whole lines, as programs do print. */
export function addOutput(logs: Logs, id: string, atUs: SimTime, printed: string): void {
  const lines = logs.get(id) ?? [];
  for (const text of printed.replace(/\n$/, '').split('\n')) lines.push({ atUs, text: text.slice(0, LONGEST) });
  logs.set(id, lines.slice(-MOST_LINES));
}

/** `options`: the query of kube-apiserver. */
export function logText(lines: readonly LogLine[], options: ReadonlyMap<string, string>, now: SimTime): string {
  const number = (name: string): number | null => (options.has(name) ? Number(options.get(name)) : null);
  const [seconds, tail, limit] = [number('sinceSeconds'), number('tailLines'), number('limitBytes')];
  const since = seconds === null ? (parseTime(options.get('sinceTime') ?? '') ?? 0) : now - seconds * SECOND;
  const shown = lines.filter(({ atUs }) => atUs >= since);
  const stamp = (atUs: SimTime): string => (options.get('timestamps') === 'true' ? `${rfc3339Micro(atUs).replace('Z', '000Z')} ` : '');
  const text = shown
    .slice(tail === null ? 0 : Math.max(0, shown.length - tail))
    .map(({ atUs, text }) => `${stamp(atUs)}${text}\n`)
    .join('');
  return limit === null ? text : cut(text, limit);
}

function cut(text: string, bytes: number): string {
  let [end, used] = [0, 0];
  for (const char of text) {
    used += utf8(char).length;
    if (used > bytes) break;
    end += char.length;
  }
  return text.slice(0, end);
}
