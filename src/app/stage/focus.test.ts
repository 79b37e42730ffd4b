import { describe, expect, it } from 'vitest';
import { layoutOf } from '../layout';
import type { Header, SeqList, TraceColumns } from '../trace-columns';
import { companionsOf, focusOf, shapeOf, shareAt, timeAt } from './focus';

const header = (change: Partial<Header>): Header => ({
  seq: 0,
  atUs: 0,
  receivedUs: 1000,
  exchange: 0,
  cause: -1,
  from: 'kubectl',
  to: 'kube-apiserver',
  actor: '',
  protocol: 'http',
  kind: 'request',
  failed: false,
  write: false,
  ...change,
});
const layout = layoutOf(['control-plane', 'node-1'].map((name, i) => ({ name, role: i === 0 ? 'control-plane' : 'worker' })));
const none = new Map();

describe('the message in focus', () => {
  it('lights its sender, its receiver and the line between', () => {
    expect(focusOf(header({ from: 'kube-apiserver', to: 'kubelet/node-1', kind: 'watch-delivery' }), layout, none)).toMatchObject({
      from: 'kube-apiserver',
      to: 'kubelet/node-1',
      edge: 'kubelet/node-1–kube-apiserver',
      shape: 'delivery',
    });
  });

  it('has no way when it happened within one component', () => {
    const inside = header({ from: 'kube-scheduler', to: 'kube-scheduler', kind: 'inside', protocol: 'inside' });
    expect(focusOf(inside, layout, none)).toMatchObject({ way: null, edge: null, lost: false });
  });

  it('is lost if it was never received', () => expect(focusOf(header({ receivedUs: Number.NaN }), layout, none).lost).toBe(true));

  it('is a failure whatever its kind if it failed', () => {
    expect(shapeOf(header({ kind: 'response', failed: true }))).toBe('failure');
    expect(shapeOf(header({ kind: 'response' }))).toBe('answer');
  });
});

describe('at the same time', () => {
  const headers = [
    header({ seq: 0, atUs: 0, receivedUs: 500 }),
    header({ seq: 1, atUs: 100, receivedUs: 900 }),
    header({ seq: 2, atUs: 300, receivedUs: 700 }),
    header({ seq: 3, atUs: 350, receivedUs: Number.NaN }),
    header({ seq: 4, atUs: 600, receivedUs: 800 }),
  ];
  const list: SeqList = { length: headers.length, at: (i) => (i in headers ? i : -1), placeOf: (seq) => seq };
  const columns = {
    atUs: (seq: number) => headers[seq]?.atUs ?? 0,
    receivedUs: (seq: number) => headers[seq]?.receivedUs ?? Number.NaN,
    header: (seq: number) => headers[seq] ?? null,
  } as unknown as TraceColumns;
  const focus = headers[1] as Header;

  it('are the others that left and have not arrived, each as far as it has come', () => {
    const companions = companionsOf(columns, list, focus);
    expect(companions.map(({ seq }) => seq)).toEqual([0, 2, 4]);
    expect(companions.map((one) => shareAt(one, timeAt(focus, 0.375)))).toEqual([0.8, 0.25, null]);
  });

  it('is nothing for a message that takes no time', () =>
    expect(companionsOf(columns, list, { ...focus, receivedUs: focus.atUs })).toEqual([]));
});
