// Parts of a page that are loaded apart from it. Not by React's lazy: what that loads is held back until 300 ms after what stood
// there meanwhile, however soon it came (FALLBACK_THROTTLE_MS of react-dom), and every first look at a tab took as long. Where
// several parts have to appear at once, useEarly says when all came.
import { useLayoutEffect, useState, type ComponentType, type ReactNode } from 'react'
import { Loading } from './States'

/** A part that is loaded later; early loads it before it is drawn. */
export type Later<P> = ComponentType<P> & { early: () => Promise<unknown> }

/**
 * later is a part that is loaded when it is first drawn, unless it was before; loading stands there meanwhile. Where it does not
 * come, the part throws what the browser says; drawn anew it tries again.
 */
export function later<P extends object>(load: () => Promise<ComponentType<P>>, loading: ReactNode = <Loading />): Later<P> {
  let there: ComponentType<P> | undefined
  const early = () => load().then(part => { there = part; return part })
  function Part(props: P) {
    const [Loaded, draw] = useState(() => there)
    const [failed, fail] = useState<{ error: unknown }>()
    useLayoutEffect(() => { if (!Loaded) early().then(part => draw(() => part), error => fail({ error })) }, [Loaded])
    if (failed) throw failed.error
    return Loaded ? <Loaded {...props} /> : loading
  }
  return Object.assign(Part, { early })
}
