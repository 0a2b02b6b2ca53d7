// Parts of a page that are loaded apart from it.
import { useEffect } from 'react'

/** useEarly loads what a page will need next while it asks for what it shows: nobody waits for it then. loads stays the same object. */
export function useEarly(loads: Record<string, () => Promise<unknown>> | undefined) {
  useEffect(() => { for (const load of Object.values(loads ?? {})) load().catch(() => undefined) }, [loads]) // who needs it tries again, and says what failed
}
