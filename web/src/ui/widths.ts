// The widths at which pages change their arrangement, and nothing else does.
import { useCallback, useSyncExternalStore } from 'react'

export const narrow = '@media (max-width: 639px)' // a phone: one column, navigation at the bottom
export const medium = '@media (max-width: 1199px)' // navigation without words
export const wide = '@media (min-width: 1700px)' // room for a second column of details

/** useWidth tells whether the window has one of these widths, for what would otherwise be there twice. */
export function useWidth(of: string): boolean {
  const media = matchMedia(of.replace('@media ', '')) // the browser keeps them: this is no work
  return useSyncExternalStore(useCallback(tell => {
    media.addEventListener('change', tell)
    return () => media.removeEventListener('change', tell)
  }, [media]), () => media.matches)
}
