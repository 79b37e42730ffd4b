import { describe, expect, test } from 'vitest';
import { actionOf, type Focus } from './keys';

describe('keys', () => {
  test.each([
    [' ', 'toggle'],
    ['ArrowRight', 'next'],
    ['PageDown', 'next'],
    ['ArrowLeft', 'previous'],
    ['PageUp', 'previous'],
    ['Home', 'home'],
    ['End', 'end'],
    ['[', 'previous-chapter'],
    [']', 'next-chapter'],
    ['.', 'dark'],
    ['?', 'shortcuts'],
    ['n', 'next-match'],
    ['F3', 'next-match'],
    ['N', 'previous-match'],
    ['+', 'zoom-in'],
    ['q', null],
  ])('on the page %j does %j', (key, action) => expect(actionOf(key, false, 'page')).toBe(action));

  test('with shift the arrows go by exchange, and F3 goes back', () => {
    expect(actionOf('ArrowRight', true, 'page')).toBe('next-exchange');
    expect(actionOf('F3', true, 'text')).toBe('previous-match');
  });

  test.each([
    ['button', ' ', null],
    ['button', 'Enter', null],
    ['button', 'ArrowRight', 'next'],
    ['arrows', 'ArrowRight', null],
    ['arrows', ']', 'next-chapter'],
    ['text', ' ', null],
    ['text', '?', null],
    ['text', 'Home', null],
    ['text', 'PageDown', 'next'],
    ['text', 'Escape', 'close'],
    ['empty-line', ' ', 'toggle'],
    ['empty-line', 'ArrowLeft', 'previous'],
    ['empty-line', '.', 'dark'],
    ['empty-line', 'k', null],
    ['empty-line', 'ArrowUp', null],
  ] as const)('in %s %j does %j', (focus: Focus, key: string, action) => expect(actionOf(key, false, focus)).toBe(action));
});
