// Builds the page of a report into one HTML file: `node build.mjs <file>`. Vite bundles the script with Plotly once; script and style go inline.
import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { build } from 'vite';

if (!process.argv[2]) throw new Error('build.mjs: expected a file to write, got nothing. Give its path.');
const target = resolve(process.argv[2]);

const inline = {
  name: 'hindcast-inline',
  enforce: 'post',
  generateBundle(_options, bundle) {
    const page = bundle['index.html'];
    let style = '';
    let script = '';
    for (const [name, part] of Object.entries(bundle)) {
      if (name === 'index.html') continue;
      if (part.type === 'chunk') script += part.code;
      else if (name.endsWith('.css')) style += part.source;
      else throw new Error(`build.mjs: expected scripts and styles only, got ${name}. Inline it.`);
      delete bundle[name];
    }
    page.source = String(page.source)
      .replace(/<script type="module"[^>]*><\/script>/g, '')
      .replace(/<link rel="stylesheet"[^>]*>/g, '')
      .replace('</head>', () => `<style>${style}</style>\n</head>`)
      .replace(
        '</body>',
        () => `<script type="module">${script.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--')}</script>\n</body>`,
      );
  },
};

const outDir = mkdtempSync(join(dirname(target), 'page-'));
try {
  await build({
    configFile: false,
    root: import.meta.dirname,
    logLevel: 'silent',
    plugins: [inline],
    build: { outDir, modulePreload: false, assetsInlineLimit: 1e8, rolldownOptions: { output: { codeSplitting: false } } },
  });
  // Two processes may build at once: each renames a whole page of the same bytes.
  renameSync(join(outDir, 'index.html'), target);
} finally {
  rmSync(outDir, { recursive: true, force: true });
}
// The output is checked here and not in a test only, since a page without its parts would still open.
if (!readFileSync(target, 'utf8').includes('<!--hindcast-body-->'))
  throw new Error('build.mjs: expected the place of the body in the page, got none.');
