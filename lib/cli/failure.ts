/** One line for every way a command can fail. */
import { CommanderError } from 'commander';

export interface Failure {
  readonly text: string;
  readonly exitCode: number;
  readonly json: object;
}

/** Failure of a command. Errors of the project carry their exit code; the parser's are bad input; anything else is a fault of ours. */
export function failureOf(error: unknown, command: string | undefined, debug: boolean): Failure {
  const { message, exitCode, kind } = explain(error);
  const line = `hindcast${command ? ` ${command}` : ''}: ${message}`;
  const stack =
    debug && error instanceof Error ? `\n${error.stack}${error.cause instanceof Error ? `\ncaused by: ${error.cause.stack}` : ''}` : '';
  return { text: `${line}${stack}\n`, exitCode, json: { command: command ?? null, ok: false, error: { kind, message }, exitCode } };
}

function explain(error: unknown): { message: string; exitCode: number; kind: string } {
  if (error instanceof CommanderError) {
    if (error.code === 'commander.help') return { message: 'missing command: see the help above', exitCode: 2, kind: 'UsageError' };
    return { message: error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' '), exitCode: 2, kind: 'UsageError' };
  }
  if (error instanceof Error && 'exitCode' in error && typeof error.exitCode === 'number') {
    return { message: error.message, exitCode: error.exitCode, kind: error.name };
  }
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    message: `unexpected ${text}. Run it again with --debug and report what it prints, together with: hindcast doctor --json`,
    exitCode: 1,
    kind: 'unexpected',
  };
}
