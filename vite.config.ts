// The page: a static site with a relative base that works from any sub-path. The cluster's code is in
// the worker's chunk only.
import { basename } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin, runnerImport } from 'vite';

const PRELOADED = /(inter|jetbrains-mono)-latin-wght-normal.*\.woff2$/;

/** Fonts are asked for with the page, not once the style sheet was read. */
function preloadFonts(): Plugin {
  return {
    name: 'preload-fonts',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { bundle }) =>
        Object.keys(bundle ?? {})
          .filter((file) => PRELOADED.test(file))
          .map((file) => ({
            tag: 'link',
            attrs: { rel: 'preload', as: 'font', type: 'font/woff2', href: `./${file}`, crossorigin: '' },
            injectTo: 'head' as const,
          })),
    },
  };
}

/** However the build sorts style sheets, what a part says about its looks outweighs the base. */
const layersInOrder = (): Plugin => ({
  name: 'layers-in-order',
  apply: 'build',
  generateBundle: {
    order: 'post',
    handler(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type === 'asset' && file.fileName.endsWith('.css')) file.source = `@layer base,parts;${String(file.source)}`;
      }
    },
  },
});

/** Of React Flow's style sheet, what is about parts of it that we do not use. */
const UNUSED =
  /minimap|controls|resize|__background|selection|edgeupdater|node-(input|default|output|group)|connection|edge-?(text|label)|arrowhead|dark|animated/;
const leanFlow = (): Plugin => ({
  name: 'lean-flow',
  enforce: 'pre',
  transform: (css, id) =>
    id.endsWith('@xyflow/react/dist/base.css')
      ? css.replace(/\/\*[\s\S]*?\*\//g, '').replace(/([^{}]+)\{[^{}]*\}/g, (rule, selector: string) => (UNUSED.test(selector) ? '' : rule))
      : null,
});

/** The page's first paint stands in its HTML. */
const firstPaint = (): Plugin => ({
  name: 'first-paint',
  async transformIndexHtml(html) {
    const { module } = await runnerImport<typeof import('./src/app/skeleton')>('./src/app/skeleton.ts');
    return html.replace('<!-- skeleton -->', module.skeleton());
  },
});

/** While developing, the server's own scripts and styles are inline: the policy holds for what is built. */
const relaxPolicy = (): Plugin => ({
  name: 'relax-policy',
  apply: 'serve',
  transformIndexHtml: (html) => html.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, ''),
});

export default defineConfig({
  base: './',
  plugins: [react(), firstPaint(), leanFlow(), relaxPolicy(), layersInOrder(), preloadFonts()],
  // File names of style sheets are unique, so `deck-timeline` is, and says where it is from.
  css: { modules: { generateScopedName: (local, file) => `${basename(file, '.module.css')}-${local}` } },
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2000,
  },
});
