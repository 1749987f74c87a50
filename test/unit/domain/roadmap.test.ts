import { expect, test } from 'vitest';
import { findItems, type RoadmapItem } from '../../../src/domain/roadmap.ts';

const item = (title: string, index: number, status = 'next'): RoadmapItem => ({
  index,
  id: `01KZ4${index}`,
  title,
  status,
  owner: null,
  doneAt: null,
});

const ITEMS = ['Login page', 'Plan B', 'Sign-in pages', 'Über-Übersicht'].map((title, index) =>
  item(title, index),
);

test.each([
  ['P', []],
  ['pa', []],
  ['b', ['Plan B']],
  ['login', ['Login page']],
  ['log', ['Login page']],
  ['ogin', []],
  ['PAGE', ['Login page', 'Sign-in pages']],
  ['login pa', ['Login page']],
  ['in', ['Sign-in pages']],
  ['bersicht', []],
  ['übersicht', ['Über-Übersicht']],
  ['sign-in pages', ['Sign-in pages']],
  ['01kz43', ['Über-Übersicht']],
  [' ', []],
])('%j means %j', (word, titles) => {
  expect(findItems(ITEMS, word).map(({ title }) => title)).toEqual(titles);
});

test('what is not done comes first', () => {
  const items = [item('Login page', 0, 'done'), item('Login form', 1)];
  expect(findItems(items, 'login').map(({ title }) => title)).toEqual(['Login form']);
  expect(findItems(items, 'page').map(({ title }) => title)).toEqual(['Login page']);
});
