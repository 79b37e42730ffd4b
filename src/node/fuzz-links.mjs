// `npm run fuzz:links`: the laws of links with a hundred thousand of them.
import { spawnSync } from 'node:child_process';

const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--dir', 'src', 'src/share/link.law.test.ts'], {
  stdio: 'inherit',
  env: { WATCHLOOP_LINKS: '100000', ...process.env },
});
process.exit(status ?? 1);
