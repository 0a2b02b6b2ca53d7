// What was written can be taken back only while it stands as it was written.
import { Failure, Overtaken } from './rest'

/** still refuses, as Overtaken, where what get gives is no longer as it was written, or is not there any more. */
export async function still<T>(get: () => Promise<T>, asWritten: (now: T) => boolean): Promise<void> {
  const same = await get().then(asWritten, error => { if (error instanceof Failure && error.status === 404) return false; throw error })
  if (!same) throw new Overtaken()
}
