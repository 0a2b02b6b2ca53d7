// What the shell shows only when something is told or opened, or one goes back, or prints. It comes once a page shows.
import { useEffect, useState } from 'react'

export type Late = typeof import('./CornerPanels')

let came: Late | undefined

/** useLate gives it as soon as it is there; it is tried again when again changes. */
export function useLate(again = 0): Late | undefined {
  const [late, set] = useState(came)
  useEffect(() => {
    if (!late) import('./CornerPanels').then(all => { came = all; set(all) }, () => undefined)
  }, [late, again])
  return late
}
