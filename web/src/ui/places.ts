// Where one was on a page: one step back, or forward, goes on there.
import type { AnyRouter, RouterHistory } from '@tanstack/react-router'

/** keepPlaces keeps how far each page of this visit was scrolled in main, until what it gives is called. */
export function keepPlaces(router: AnyRouter, main: HTMLElement): () => void {
  const places: number[] = [] // by the steps of the history
  const history: RouterHistory = router.history
  let now = history.location.state.__TSR_index
  const unwatch = history.subscribe(({ location, action }) => {
    places[now] = main.scrollTop
    now = location.state.__TSR_index
    if (action.type === 'PUSH') places[now] = 0
  })
  const unhear = router.subscribe('onRendered', e => { if (e.pathChanged) main.scrollTo(0, places[now] ?? 0) })
  return () => { unwatch(); unhear() }
}
