import { describe, expect, it } from 'vitest';
import { ARROWS, BADGE, BOXES, boxOf, HEIGHT, WIDTH } from './flow-picture';

describe('the still picture', () => {
  it('has each of the 17 steps once', () => {
    expect(ARROWS.map(({ step }) => step)).toEqual(Array.from({ length: 17 }, (_, i) => i + 1));
  });

  it('draws each arrow from the edge of one box to the edge of the other', () => {
    const onEdge = (x: number, y: number, { x: left, y: top, width, height }: ReturnType<typeof boxOf>): boolean =>
      x >= left && x <= left + width && y >= top && y <= top + height;
    for (const { from, to, x1, y1, x2, y2, step } of ARROWS) {
      expect(onEdge(x1, y1, boxOf(from)), `tail of ${step}`).toBe(true);
      expect(onEdge(x2, y2, boxOf(to)), `head of ${step}`).toBe(true);
    }
  });

  it('lets no number lie on another, on a box, or outside', () => {
    for (const { at, step } of ARROWS) {
      for (const other of ARROWS)
        if (other.step > step)
          expect(Math.hypot(at.x - other.at.x, at.y - other.at.y), `${step} and ${other.step}`).toBeGreaterThan(2 * BADGE);
      for (const { name, x, y, width, height } of BOXES) {
        const clear = at.x + BADGE <= x || at.x - BADGE >= x + width || at.y + BADGE <= y || at.y - BADGE >= y + height;
        expect(clear, `${step} on ${name}`).toBe(true);
      }
    }
  });

  it('keeps every box within the picture, and apart from the others', () => {
    for (const a of BOXES) {
      expect(a.x + a.width).toBeLessThanOrEqual(WIDTH);
      expect(a.y + a.height).toBeLessThanOrEqual(HEIGHT);
      for (const b of BOXES)
        if (a !== b) expect(a.x + a.width < b.x || b.x + b.width < a.x || a.y + a.height < b.y || b.y + b.height < a.y).toBe(true);
    }
  });
});
