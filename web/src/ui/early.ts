// Parts of a page that are loaded before they are drawn.
import { useLayoutEffect, useState } from 'react'

/**
 * useEarly loads what a page will need next while it asks for what it shows, and says whether all of it came: a page whose parts
 * must appear at once waits for it. What does not come is not waited for: who draws it tries again, and says what failed. loads
 * stays the same object.
 */
export function useEarly(loads: Record<string, () => Promise<unknown>> | undefined): boolean {
  const [came, come] = useState<typeof loads>()
  useLayoutEffect(() => {
    let over = false
    void Promise.allSettled(Object.values(loads ?? {}).map(load => load())).then(() => { if (!over) come(loads) })
    return () => { over = true }
  }, [loads])
  return came === loads
}
