/** The page template: built on first need from the sources in page/, kept in build/report/ under the hash of what it was made of. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashOf, projectRoot } from '../core/index.js';
import { ReportError } from './errors.js';

/** Everything that ends up in the page, relative to lib/report. */
const SOURCES = ['page/index.html', 'page/main.ts', 'page/style.css', 'page/build.mjs', 'columns.ts', 'palette.ts'];

const versionOf = (root: string, name: string): string =>
  (JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')) as { version: string }).version;

/** The built page, Plotly and style inlined, without data. Builds it in a second when its sources changed. Throws ReportError when that fails. */
export function pageTemplate(root: string = projectRoot()): string {
  const room = join(root, 'lib', 'report');
  const key = hashOf([
    SOURCES.map((name) => readFileSync(join(room, name), 'utf8')),
    ['plotly.js-finance-dist-min', 'vite'].map((name) => versionOf(root, name)),
  ]);
  const file = join(root, 'build', 'report', `${key.slice(0, 16)}.html`);
  if (!existsSync(file)) {
    mkdirSync(join(root, 'build', 'report'), { recursive: true });
    try {
      execFileSync(process.execPath, [join(room, 'page', 'build.mjs'), file], {
        cwd: root,
        stdio: ['ignore', 'ignore', 'pipe'],
        encoding: 'utf8',
      });
    } catch (error) {
      const detail = (error as { stderr?: string }).stderr?.trim().split('\n').slice(0, 3).join(' ') ?? '';
      throw new ReportError(`pageTemplate: expected the page to build, got "${detail}". Run npm ci, then try again.`, { cause: error });
    }
  }
  return readFileSync(file, 'utf8');
}
