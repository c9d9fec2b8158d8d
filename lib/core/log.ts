/** Logging: one pino root made at the first line that is logged, one child per room. Importing this prints nothing and opens nothing. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { projectRoot } from './files.js';
import { hideSecrets } from './secrets.js';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];
type RoomLogger = Pick<Logger, 'trace' | 'debug' | 'info' | 'warn' | 'error'>;

interface LogSettings {
  readonly level: LogLevel;
  /** Levels of single rooms, where they differ. */
  readonly levels: Readonly<Record<string, LogLevel>>;
  /** One readable line instead of JSON; by default where stderr is a terminal. */
  readonly pretty?: boolean;
  /** Takes each line with its newline, secrets masked; stderr by default. */
  readonly write: (line: string) => void;
}

/** Keys of logged objects that hold secrets by their name, here and one level down; known values are masked everywhere. */
const SECRET_KEYS = ['token', 'apiKey', 'password', 'secret', 'authorization', 'cookie'];

let settings: LogSettings = { level: 'info', levels: {}, write: (line) => void process.stderr.write(line) };
let root: Logger | undefined;
const children = new Map<string, Logger>();

/** Sets levels, form and destination for all that is logged from now on. */
export function configureLog(next: Partial<LogSettings>): void {
  settings = { ...settings, ...next };
  root = undefined;
  children.clear();
}

/** The logger of a room. pino itself (40 ms to load) comes in with the first call of it: call it where a line is logged. */
export function log(room: string): RoomLogger {
  let child = children.get(room);
  if (!child) {
    root ??= openRoot();
    child = root.child({ room }, { level: settings.levels[room] ?? settings.level });
    children.set(room, child);
  }
  return child;
}

function openRoot(): Logger {
  const require = createRequire(join(projectRoot(), 'package.json'));
  const pino = require('pino') as typeof import('pino').default;
  // Asked here, not at import: looking at process.stderr opens it.
  const { level, write, pretty = process.stderr.isTTY === true } = settings;
  const redact = { paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`]), censor: '****' };
  return pino({ level, base: null, redact }, { write: (line: string) => write(hideSecrets(pretty ? prettyLine(line) : line)) });
}

/** `09:15:00 warn  replay  message  key=value` */
function prettyLine(json: string): string {
  const { level, time, room, msg, ...rest } = JSON.parse(json) as { level: number; time: number; room: string; msg?: string };
  const names: Record<number, string> = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' };
  const extra = Object.entries(rest).map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const parts = [
    new Date(time).toISOString().slice(11, 19),
    (names[level] ?? String(level)).padEnd(5),
    room.padEnd(10),
    msg ?? '',
    ...extra,
  ];
  return `${parts.filter((part) => part !== '').join('  ')}\n`;
}
