/** Disk, write permission, browser, GPU. */
import { existsSync, mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { type Check, firstLineOf } from './check.js';

const GIB = 2 ** 30;
// A full install takes 1.2 GB; a run of 300 instruments over ten years some hundred MB.
const ENOUGH_GIB = 2;

export function checkMachine(): Check {
  return { what: 'Machine', state: 'ok', found: `${cpus().length} cores, ${(totalmem() / GIB).toFixed(1)} GiB memory` };
}

export function checkResults(resultsDir: string): Check[] {
  let folder = resultsDir;
  while (!existsSync(folder)) folder = dirname(folder);
  const disk = statfsSync(folder);
  const freeGib = (disk.bavail * disk.bsize) / GIB;
  const roomy = freeGib >= ENOUGH_GIB;
  return [
    writable(resultsDir, folder),
    {
      what: 'Disk space',
      state: roomy ? 'ok' : 'missing',
      found: `${freeGib.toFixed(1)} GiB free`,
      ...(!roomy && { mend: `free at least ${ENOUGH_GIB} GiB, or choose another folder with --results` }),
    },
  ];
}

function writable(resultsDir: string, folder: string): Check {
  try {
    rmSync(mkdtempSync(join(folder, '.doctor-')), { recursive: true });
    return { what: 'Results folder', state: 'ok', found: `${resultsDir} can be written` };
  } catch (error) {
    return {
      what: 'Results folder',
      state: 'missing',
      found: `${resultsDir}: ${(error as NodeJS.ErrnoException).code}`,
      mend: `chmod u+w ${folder}, or choose another folder with --results`,
    };
  }
}

export async function checkBrowser(configured: string | undefined): Promise<Check> {
  for (const name of configured ? [configured] : ['chromium', 'chromium-browser', 'google-chrome', 'chrome']) {
    const version = await firstLineOf(name, ['--version']);
    if (version) return { what: 'Browser', state: 'ok', found: version };
  }
  return {
    what: 'Browser',
    state: 'optional',
    found: configured ? `none at ${configured}` : 'no Chromium in PATH (only the report tests need it)',
    mend: 'install chromium, or set HINDCAST_BROWSER to its path',
  };
}

export async function checkGpu(): Promise<Check[]> {
  const gpu = await firstLineOf('nvidia-smi', ['--query-gpu=name,memory.total', '--format=csv,noheader']);
  const drivers = '/usr/share/vulkan/icd.d';
  const vulkan = existsSync(drivers) ? readdirSync(drivers).filter((name) => name.endsWith('.json')) : [];
  return [
    { what: 'GPU', state: gpu ? 'ok' : 'optional', found: gpu || 'no nvidia-smi: work runs on the CPU' },
    { what: 'Vulkan', state: vulkan.length > 0 ? 'ok' : 'optional', found: vulkan.join(', ') || 'no driver' },
  ];
}
