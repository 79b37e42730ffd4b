import { describe, expect, it } from 'vitest';
import { type Point, route } from './route';

const way = route([
  [0, 0],
  [100, 0],
  [100, 60],
]);

describe('a way', () => {
  it('begins and ends at its ends, and says the direction', () => {
    expect(way.at(0)).toEqual({ x: 0, y: 0, angle: 0 });
    expect(way.at(1)).toMatchObject({ x: 100, y: 60, angle: Math.PI / 2 });
  });

  it('is as long as it is drawn: a rounded corner is shorter than a sharp one', () => {
    expect(way.length).toBeLessThan(160);
    expect(way.length).toBeGreaterThan(150);
  });

  it('is travelled evenly', () => {
    const steps = Array.from({ length: 50 }, (_, i) => [way.at(i / 50), way.at((i + 1) / 50)] as const);
    for (const [a, b] of steps) expect(Math.hypot(b.x - a.x, b.y - a.y)).toBeCloseTo(way.length / 50, 0);
  });

  it('goes back the way it came', () => {
    const back = way.reversed();
    for (const share of [0, 0.3, 0.62, 1]) {
      const { x, y } = back.at(1 - share);
      expect(Math.hypot(x - way.at(share).x, y - way.at(share).y)).toBeLessThan(0.5);
    }
  });

  it('has a rail at each side, everywhere as far from it', () => {
    const rails = [way.between(0, 1, -3), way.between(0, 1, 3)];
    const middle = way.between(0, 1);
    rails.forEach((rail) => {
      expect(rail).toHaveLength(middle.length);
      rail.forEach(([x, y], i) => {
        const [mx, my] = middle[i] as Point;
        expect(Math.hypot(x - mx, y - my)).toBeCloseTo(3, 5);
      });
    });
  });
});
