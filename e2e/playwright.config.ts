// The tests of the built page, in a real browser.
import { defineConfig } from 'playwright/test';
import { browserPath, FLAGS } from './browser';

// Another one lets two runs stand beside each other.
const PORT = Number(process.env.E2E_PORT ?? 4187);
const executablePath = browserPath();

export default defineConfig({
  testDir: '.',
  outputDir: '../.cache/test/page',
  fullyParallel: true,
  workers: 2,
  // A second try is reported by name (src/node/test.mjs).
  retries: 1,
  timeout: 60_000,
  expect: { timeout: 20_000 },
  reporter: [['list'], ['json']],
  use: {
    baseURL: `http://127.0.0.1:${PORT}/`,
    viewport: { width: 1440, height: 900 },
    launchOptions: { args: FLAGS, ...(executablePath === undefined ? {} : { executablePath }) },
  },
  webServer: {
    command: 'node ../src/node/start.mjs',
    url: `http://127.0.0.1:${PORT}/`,
    env: { PORT: String(PORT) },
    reuseExistingServer: false,
    timeout: 120_000,
  },
});
