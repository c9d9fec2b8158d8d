/** A few waits for the disk at once. */

const AT_ONCE = 4;

/** `act` on each item, a few at a time: while some wait for the disk another is computed. Ends when all that began have ended. */
export async function several<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  let failed = false;
  const run = async (): Promise<void> => {
    while (next < items.length && !failed) {
      const at = next++;
      try {
        results[at] = await act(items[at] as T);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  for (const outcome of await Promise.allSettled(Array.from({ length: AT_ONCE }, run)))
    if (outcome.status === 'rejected') throw outcome.reason;
  return results;
}
