/** Waiting that can be ended, and that leaves neither timer nor listener behind. */

/** A promise that rejects with the signal's reason, and what takes its listener away again. */
function rejectedBy(signal: AbortSignal): { readonly promise: Promise<never>; release(): void } {
  let listener = () => {};
  const promise = new Promise<never>((_, reject) => {
    listener = () => reject(signal.reason);
    if (signal.aborted) listener();
    else signal.addEventListener('abort', listener);
  });
  return { promise, release: () => signal.removeEventListener('abort', listener) };
}

/** `work` under a signal of its own that ends with `parent` or after `ms`; nobody waits for it any longer than that. */
export async function within<T>(parent: AbortSignal, ms: number, late: () => Error, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const own = new AbortController();
  const follow = () => own.abort(parent.reason);
  if (parent.aborted) follow();
  else parent.addEventListener('abort', follow);
  const timer = setTimeout(() => own.abort(late()), ms);
  const end = rejectedBy(own.signal);
  try {
    end.promise.catch(() => {});
    if (own.signal.aborted) return await end.promise;
    return await Promise.race([work(own.signal), end.promise]);
  } finally {
    clearTimeout(timer);
    end.release();
    parent.removeEventListener('abort', follow);
  }
}

/** Waits; throws the signal's reason when that is aborted. */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0) return;
  let timer: NodeJS.Timeout | undefined;
  const end = rejectedBy(signal);
  try {
    await Promise.race([
      new Promise<void>((resolve) => {
        timer = setTimeout(resolve, ms);
      }),
      end.promise,
    ]);
  } finally {
    clearTimeout(timer);
    end.release();
  }
}
