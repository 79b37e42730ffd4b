import { describe, expect, it } from 'vitest';
import { route } from '../route';
import { standing } from './motion';
import { type DrawnMessage, type Palette, type Picture, render } from './render';

/** Writes down every call, as a canvas would be drawn. */
function recorder(): { readonly calls: string[]; readonly context: CanvasRenderingContext2D } {
  const calls: string[] = [];
  const context = new Proxy({} as Record<string, unknown>, {
    get:
      (_, name) =>
      (...args: unknown[]) =>
        void calls.push(`${String(name)} ${args.join(' ')}`),
    set: (_, name, value) => calls.push(`${String(name)} = ${String(value)}`) > 0,
  });
  return { calls, context: context as unknown as CanvasRenderingContext2D };
}
const PALETTE = new Proxy({} as Palette, { get: (_, name) => String(name) });
const WAY = route([
  [0, 0],
  [200, 0],
]);
const message = (progress: number, change: Partial<DrawnMessage> = {}): DrawnMessage => ({
  way: WAY,
  ...standing(WAY, progress, 'request'),
  shape: 'request',
  tone: 'http',
  code: '',
  inFocus: true,
  ...change,
});
const picture = (messages: readonly DrawnMessage[], change: Partial<Picture> = {}): Picture => ({
  width: 800,
  height: 400,
  pixelRatio: 2,
  view: { x: 10, y: 20, zoom: 1.5 },
  messages,
  thread: null,
  still: false,
  ...change,
});
const drawn = (scene: Picture): readonly string[] => {
  const { calls, context } = recorder();
  render(context, scene, PALETTE);
  return calls;
};

describe('render', () => {
  it('same moment, same picture; another moment, another', () => {
    expect(drawn(picture([message(0.4)]))).toEqual(drawn(picture([message(0.4)])));
    expect(drawn(picture([message(0.4)]))).not.toEqual(drawn(picture([message(0.41)])));
  });

  it('is never blank while something speaks, and leaves nothing behind', () => {
    for (const progress of [0, 0.1, 0.5, 1]) {
      const calls = drawn(picture([message(progress)]));
      expect(calls.filter((call) => call.startsWith('fill')).length).toBeGreaterThan(0);
      expect(calls.indexOf('clearRect 0 0 800 400')).toBeLessThan(5);
    }
  });

  it('each kind of message has its own shape', () => {
    const shapes = ['request', 'answer', 'delivery', 'stream', 'packet', 'failure'] as const;
    const pictures = shapes.map((shape) =>
      drawn(picture([message(0.5, { shape, way: null, tone: 'http' })]))
        .filter((call) => !call.includes('='))
        .join(),
    );
    expect(new Set(pictures).size).toBe(shapes.length);
  });

  it('a delivery goes along two rails, a request along one line', () => {
    const strokes = (shape: 'request' | 'delivery'): number =>
      drawn(picture([message(1, { shape, share: 1 })])).filter((call) => call.startsWith('stroke ')).length;
    expect(strokes('delivery')).toBe(strokes('request') + 1);
  });

  it('a failure shows its code', () => {
    expect(drawn(picture([message(1, { shape: 'failure', code: '409' })])).some((call) => call.startsWith('fillText 409'))).toBe(true);
  });
});

describe('standing', () => {
  it('leans back, goes forward only, and stops before the border of the receiver', () => {
    const xs = Array.from({ length: 101 }, (_, i) => standing(WAY, i / 100, 'request').x);
    expect(Math.min(...xs.slice(0, 15))).toBeLessThan(xs[0] as number);
    const going = xs.slice(15);
    expect([...going].sort((a, b) => a - b)).toEqual(going);
    expect(xs.at(-1)).toBeCloseTo(191, 0);
  });

  it('is on its line at every moment', () => {
    const bent = route([
      [0, 0],
      [50, 0],
      [50, 80],
      [120, 80],
    ]);
    for (let i = 0; i <= 100; i++) {
      const { x, y } = standing(bent, i / 100, 'delivery');
      const nearest = Math.min(
        ...bent.between(0, 1).map(() => 0),
        ...Array.from({ length: 2001 }, (_, k) => Math.hypot(bent.at(k / 2000).x - x, bent.at(k / 2000).y - y)),
      );
      expect(nearest).toBeLessThan(2);
    }
  });
});
