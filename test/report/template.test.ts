import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { projectRoot } from '../../lib/core/index.js';

test('two processes that build the page at once leave one whole page', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hindcast-template-'));
  const file = join(folder, 'page.html');
  const build = () => promisify(execFile)(process.execPath, [join(projectRoot(), 'lib/report/page/build.mjs'), file]);
  await Promise.all([build(), build()]);
  expect(readdirSync(folder)).toEqual(['page.html']);
  const page = readFileSync(file, 'utf8');
  expect(page.endsWith('</script>\n</body>\n</html>\n')).toBe(true);
  expect(page.match(/<script/g)!.length).toBeGreaterThan(0);
  expect(page.length).toBeLessThan(1_400_000);
  rmSync(folder, { recursive: true });
}, 60_000);
