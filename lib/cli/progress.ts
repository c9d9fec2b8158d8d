/** Progress of long tasks: a bar on a terminal, a plain line at each quarter otherwise. */
import cliProgress from 'cli-progress';

export interface Progress {
  /** Reports `done` of `total` steps of a task; `at` says where it is, such as a session's date. */
  report(step: { readonly task: string; readonly done: number; readonly total: number; readonly at: string }): void;
  /** Writes lines on the same terminal: the bar makes room for them and is drawn again below. */
  above(write: () => void): void;
  /** Takes the bar away, so that text can follow. */
  close(): void;
}

export function openProgress(stream: NodeJS.WriteStream): Progress {
  return stream.isTTY ? barProgress(stream) : lineProgress(stream);
}

function lineProgress(stream: NodeJS.WriteStream): Progress {
  let task = '';
  let quarter = 0;
  return {
    report(step) {
      if (step.task !== task) quarter = 0;
      task = step.task;
      const reached = Math.floor((4 * step.done) / Math.max(1, step.total));
      if (reached <= quarter) return;
      quarter = reached;
      stream.write(`  ${step.task}: ${Math.floor((100 * step.done) / Math.max(1, step.total))} % (${step.at})\n`);
    },
    above: (write) => write(),
    close() {},
  };
}

function barProgress(stream: NodeJS.WriteStream): Progress {
  let bar: cliProgress.SingleBar | undefined;
  let task: string | undefined;
  let drawn: Parameters<cliProgress.SingleBar['start']> | undefined;
  const close = () => {
    bar?.stop();
    bar = undefined;
    task = undefined;
    drawn = undefined;
  };
  return {
    report(step) {
      if (step.task !== task) {
        close();
        task = step.task;
        bar = new cliProgress.SingleBar({
          format: '  {task} {bar} {percentage} %  {at}',
          barCompleteChar: '\u2588',
          barIncompleteChar: '\u2591',
          stream,
          clearOnComplete: true,
          hideCursor: true,
          barsize: 30,
        });
        drawn = [step.total, step.done, { task: step.task, at: step.at }];
        bar.start(...drawn);
      } else {
        drawn = [step.total, step.done, { task: step.task, at: step.at }];
        bar?.update(step.done, { at: step.at });
      }
      if (step.done >= step.total) close();
    },
    above(write) {
      // Stopped, not only wiped: the bar returns the cursor to where it began, which would be over the new lines.
      bar?.stop();
      write();
      if (drawn) bar?.start(...drawn);
    },
    close,
  };
}
