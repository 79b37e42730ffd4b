// The schema for editors is a file that is made: `UPDATE=1 npx vitest run src/scenarios/schema.test.ts` writes it.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { SCENARIO, schemaFile } from './schema';

const pathOf = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const FILE = pathOf('public/scenario.schema.json');

test('the published schema is the one that the page and the command line go by', () => {
  if (process.env.UPDATE !== undefined) writeFileSync(FILE, schemaFile());
  expect(existsSync(FILE) && readFileSync(FILE, 'utf8')).toBe(schemaFile());
});

test('and every reference in it leads somewhere, every member of a scenario has a sentence', () => {
  const file = JSON.parse(schemaFile()) as { $defs: { [name: string]: unknown } };
  const references = [...schemaFile().matchAll(/"#\/\$defs\/(\w+)"/g)].map(([, name = '']) => name);
  expect(new Set(references)).toEqual(new Set(Object.keys(file.$defs)));
  for (const member of Object.values(SCENARIO.properties ?? {})) expect(member.description).toMatch(/^[A-Z].*\.$/);
});
