// `npm run shots`: a picture of every view in every look, to be looked at one by one. An artefact outside git: nothing
// is compared. `npm run shots -- -g ladder` takes those of one view; `npm run shots:design` those of docs/DESIGN.md.
import { defineConfig } from 'playwright/test';
import common from './playwright.config';

export default defineConfig({
  ...common,
  testMatch: process.env.npm_lifecycle_event === 'shots:design' ? 'design-pictures.ts' : 'shots.ts',
  timeout: 120_000,
  outputDir: '../.cache/shots-run',
  reporter: 'list',
});
