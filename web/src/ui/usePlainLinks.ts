// The links of long lists. A Link of the router works out again, whenever the address changes, where it leads and whether
// one is there: a list of them takes longer than all else that a key in the search draws. These are the browser's own, and
// who holds them is told of all of them.
import { useRef, type MouseEvent, type SyntheticEvent } from 'react'
import { useRouter } from '@tanstack/react-router'

const linkAt = (e: SyntheticEvent) => (e.target as Element).closest('a[href]')?.getAttribute('href') ?? undefined

/** usePlainLinks are the listeners of an element whose links lead to pages of the portal. */
export function usePlainLinks() {
  const router = useRouter()
  const last = useRef('')
  const toward = (e: SyntheticEvent) => {
    const to = linkAt(e)
    if (!to || to === last.current) return
    last.current = to
    router.preloadRoute({ to }).catch(() => undefined) // who goes there tries again, and says what failed
  }
  const onClick = (e: MouseEvent) => {
    const href = linkAt(e)
    if (!href || e.button !== 0 || e.defaultPrevented || e.metaKey || e.altKey || e.ctrlKey || e.shiftKey) return
    e.preventDefault()
    void router.navigate({ href })
  }
  return { onClick, onMouseOver: toward, onFocus: toward, onTouchStart: toward }
}
