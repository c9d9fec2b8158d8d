import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { InputError } from '../../lib/core/index.js';
import { ensurePython, findPython } from '../../lib/notebook/index.js';
import { describeWithJupyter, ROOT, temporaryFolder } from './support.js';

afterEach(() => vi.unstubAllEnvs());

test('without Python the error says what to install, and nothing is made', () => {
  const root = temporaryFolder();
  mkdirSync(join(root, 'test'));
  writeFileSync(join(root, 'test', 'requirements.txt'), 'jupyterlab==4.6.6\n');
  vi.stubEnv('PATH', root);
  const lines: string[] = [];
  const make = () => ensurePython({ root, print: (line) => lines.push(line) });
  expect(make).toThrow(InputError);
  expect(make).toThrow(/expected python3 \(3\.10 or newer\) on PATH, got none\. Install it: apt-get install python3 python3-venv/);
  expect(lines).toEqual([]);
  expect(findPython(root)).toBe(null);
});

describeWithJupyter('with Python', () => {
  test('the environment is there and is not made again; the setup script says nothing then', () => {
    const lines: string[] = [];
    expect(ensurePython({ print: (line) => lines.push(line) })).toEqual(findPython());
    expect(lines).toEqual([]);
    const setup = spawnSync(process.execPath, [join(ROOT, 'test', 'setup.mjs')], { encoding: 'utf8' });
    expect([setup.status, setup.stdout, setup.stderr]).toEqual([0, '', '']);
  });

  test('other pins make the environment count as missing, and a failing pip is said', () => {
    const root = mkdtempSync(join(tmpdir(), 'hindcast-test-'));
    try {
      mkdirSync(join(root, 'test'));
      writeFileSync(join(root, 'test', 'requirements.txt'), 'hindcast-no-such-package==1.0\n');
      const lines: string[] = [];
      vi.stubEnv('PIP_NO_INDEX', '1');
      expect(() => ensurePython({ root, print: (line) => lines.push(line) })).toThrow(/expected pip to install .*hindcast-no-such-package/);
      expect(lines).toEqual([expect.stringMatching(/^Making \.venv/)]);
      expect(findPython(root)).toBe(null);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});
