// `npm start`: installs what is missing, builds if the sources are newer than the build, serves the page.
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { newest, prepare, ROOT, run, tool } from './prepare.mjs';

const DIST = join(ROOT, 'dist');
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

function buildIfNeeded() {
  const built = join(DIST, 'index.html');
  const sources = ['index.html', 'src', 'public', 'vite.config.ts', 'package.json'].map((name) => join(ROOT, name));
  if (existsSync(built) && statSync(built).mtimeMs > Math.max(...sources.filter(existsSync).map(newest))) return;
  console.log('Building the page ...');
  if (run(tool('vite'), ['build', '--logLevel', 'warn']) !== 0) process.exit(1);
}

function answer(request, response) {
  const path = normalize(decodeURIComponent(new URL(request.url, 'http://localhost').pathname));
  const file = join(DIST, path.endsWith(sep) || path === '/' ? join(path, 'index.html') : path);
  if (!file.startsWith(DIST) || !existsSync(file) || !statSync(file).isFile()) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('not found');
    return;
  }
  response.writeHead(200, {
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    'x-content-type-options': 'nosniff',
    // A sandboxed frame has no origin; without this it may not load its own scripts and fonts. All files are public.
    'access-control-allow-origin': '*',
  });
  createReadStream(file).pipe(response);
}

function listen(port, tries) {
  const server = createServer((request, response) => {
    try {
      answer(request, response);
    } catch {
      response.writeHead(400, { 'content-type': 'text/plain' }).end('bad request');
    }
  });
  server.once('error', (error) => {
    if (error.code === 'EADDRINUSE' && tries > 0) listen(port + 1, tries - 1);
    else {
      console.error(`Cannot serve the page: ${error.message}`);
      process.exit(1);
    }
  });
  server.listen(port, '127.0.0.1', () => console.log(`Watchloop runs at http://localhost:${port}/ (Ctrl-C stops it)`));
}

prepare();
buildIfNeeded();
listen(Number(process.env.PORT ?? 4173), process.env.PORT ? 0 : 20);
