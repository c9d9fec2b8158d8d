/** Logging: one pino root made at the first line that is logged, one child per room. Importing this prints nothing and opens nothing. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { projectRoot } from './files.js';

type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
type RoomLogger = Pick<Logger, 'trace' | 'debug' | 'info' | 'warn' | 'error'>;

interface LogSettings {
  readonly level: LogLevel;
  /** One readable line instead of JSON: for a terminal. */
  readonly pretty: boolean;
  /** Takes each line with its newline; stderr by default. */
  readonly write: (line: string) => void;
}

let settings: LogSettings = {
  level: 'info',
  pretty: process.stderr.isTTY,
  write: (line) => void process.stderr.write(line),
};
let root: Logger | undefined;
const children = new Map<string, Logger>();

/** Sets level, form and destination for all that is logged from now on. */
export function configureLog(next: Partial<LogSettings>): void {
  settings = { ...settings, ...next };
  root = undefined;
  children.clear();
}

/** The logger of a room. pino itself (40 ms to load) comes in with the first call of it. */
export function log(room: string): RoomLogger {
  let child = children.get(room);
  if (!child) {
    root ??= openRoot();
    child = root.child({ room });
    children.set(room, child);
  }
  return child;
}

function openRoot(): Logger {
  const require = createRequire(join(projectRoot(), 'package.json'));
  const pino = require('pino') as typeof import('pino').default;
  const { level, pretty, write } = settings;
  return pino({ level, base: null }, { write: (line: string) => write(pretty ? prettyLine(line) : line) });
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
