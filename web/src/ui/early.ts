// Parts of a page that are loaded before they are drawn.
import { useLayoutEffect, useState } from 'react'

/** Parts that are loaded early. */
export type Early = readonly (() => Promise<unknown>)[]

const there = new WeakSet<Early>() // all of what came once: a page that one comes back to stands at once

/**
 * useEarly loads what a page will need next while it asks for what it shows, and says whether all of it came: a page whose parts
 * must appear at once waits for it. What does not come is not waited for: who draws it tries again, and says what failed. loads
 * stays the same object.
 */
export function useEarly(loads: Early | undefined): boolean {
  const [tried, all] = useState<Early>()
  useLayoutEffect(() => {
    if (!loads || there.has(loads)) return
    let over = false
    void Promise.allSettled(loads.map(load => load())).then(ends => {
      if (ends.every(end => end.status === 'fulfilled')) there.add(loads)
      if (!over) all(loads)
    })
    return () => { over = true }
  }, [loads])
  return !loads || tried === loads || there.has(loads)
}
