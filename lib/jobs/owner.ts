/** Who holds a lease: this process, named so that a later process with the same id isn't taken for it. */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

interface Process {
  readonly host: string;
  readonly pid: number;
  /** The kernel's start tick; empty where the system doesn't tell. */
  readonly start: string;
}

let mine: string | undefined;

/** `host/pid/start` of this process. */
export function thisOwner(): string {
  mine ??= `${thisHost()}/${process.pid}/${startOf(process.pid)?.start ?? ''}`;
  return mine;
}

/** True only when the owner's end is certain: it lived on this host, and no process with its id and start runs any more. */
export function ownerHasEnded(owner: string): boolean {
  if (owner === thisOwner()) return false;
  const { host, pid, start } = parse(owner);
  if (host !== thisHost() || !Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, under another user.
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
  const now = startOf(pid);
  return now !== undefined && (now.ended || (start !== '' && now.start !== start));
}

/** `host process 123`, for people. */
export function describeOwner(owner: string): string {
  const { host, pid } = parse(owner);
  return `process ${pid} on ${host.replace(/ .*/, '')}`;
}

function parse(owner: string): Process {
  const [host = '', pid = '', start = ''] = owner.split('/');
  return { host, pid: Number(pid), start };
}

/** Host and process-id namespace: two containers may share a host's name and not its process ids. */
function thisHost(): string {
  const name = hostname().replaceAll('/', '-').replaceAll(' ', '-');
  if (process.platform !== 'linux') return name;
  try {
    return `${name} ${readlinkSync('/proc/self/ns/pid').replaceAll('/', '-')}`;
  } catch {
    // No /proc: the host's name alone must do.
    return name;
  }
}

/** Start tick of a process and whether it is only a leftover entry (zombie); undefined where /proc doesn't tell. proc_pid_stat(5), fields 3 and 22. */
function startOf(pid: number): { readonly start: string; readonly ended: boolean } | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is the program's name in parentheses and may hold spaces.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { start: fields[19] ?? '', ended: fields[0] === 'Z' || fields[0] === 'X' };
  } catch {
    // Ended between the signal and this read, or no /proc: not certain.
    return undefined;
  }
}
