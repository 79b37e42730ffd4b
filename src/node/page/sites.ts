// Builds and serves what the page's benchmark opens: the page itself, and the blank pages it is compared with.
import { join } from 'node:path';
import { build, type PreviewServer, preview } from 'vite';

export interface Sites {
  readonly page: string;
  readonly flow: string;
  readonly list: string;
  close(): Promise<void>;
}

/** `root`: the project's folder. */
export async function serveSites(root: string): Promise<Sites> {
  const blank = join(root, 'node_modules', '.cache', 'watchloop', 'blank');
  await build({ root, logLevel: 'error' });
  await build({
    configFile: false,
    root: join(root, 'e2e', 'blank'),
    base: './',
    logLevel: 'error',
    build: {
      outDir: blank,
      emptyOutDir: true,
      rolldownOptions: { input: ['flow', 'list'].map((name) => join(root, 'e2e', 'blank', `${name}.html`)) },
    },
  });
  const servers = [await serve(join(root, 'dist')), await serve(blank)];
  const [page, other] = servers.map(addressOf);
  return {
    page: `${page}`,
    flow: `${other}flow.html`,
    list: `${other}list.html`,
    close: async () => void (await Promise.all(servers.map((server) => server.close()))),
  };
}

const serve = (outDir: string): Promise<PreviewServer> =>
  preview({ configFile: false, root: outDir, logLevel: 'error', build: { outDir }, preview: { port: 0, host: '127.0.0.1' } });

function addressOf({ httpServer }: PreviewServer): string {
  const address = httpServer.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return `http://127.0.0.1:${address.port}/`;
}
