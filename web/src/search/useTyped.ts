// Searching while one types. Each key asks at once, and the question before is given up; hits are drawn with the answer, and
// the address follows when the screen shows them. It waits for a slow answer no longer than a person notices. Who goes another
// way meanwhile, or back, is not called back to what was typed.
import { useEffect, useRef } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { useLocation, useNavigate, useRouter, type RouterHistory } from '@tanstack/react-router'
import { draw, undraw } from './drawn'
import { addressOf, asked, type Address } from './question'

const patience = 100 // ms

/** useTyped gives the words that the address has, what takes those that are typed, and whether the address is still the one
 * that follows them: one step back, and it is not. */
export function useTyped(): [string, (text: string) => void, () => boolean] {
  const client = useQueryClient()
  const navigate = useNavigate()
  const router = useRouter()
  const here = useLocation({ select: l => (l.pathname === '/search' ? (l.search as Record<string, unknown>) : undefined) })
  const last = useRef<Address>(undefined)
  const history: RouterHistory = router.history
  useEffect(() => history.subscribe(({ location, action: { type } }) => {
    if (type === 'REPLACE' || (type === 'PUSH' && location.pathname === '/search')) return
    last.current = undefined
    undraw() // of several keys, too: it would stand over the page when somebody comes back to it
  }), [history])
  const search = async (text: string) => {
    // What is typed goes over the newest address: one may narrow the hits, or hit the next key, while it still follows.
    const now = () => (router.latestLocation.pathname === '/search' ? addressOf(router.latestLocation.search) : undefined)
    const to: Address = { ...now(), q: text || undefined }
    const before = last.current
    last.current = to
    const answer = client.prefetchQuery(asked(to))
    if (before && before.q !== to.q) void client.cancelQueries({ queryKey: asked(before).queryKey, exact: true })
    await Promise.race([answer, waited(patience)])
    if (last.current !== to) return
    const at = now()
    if (!at) return void navigate({ to: '/search', search: to })
    const done = draw({ ...at, q: to.q }, router.latestLocation.href)
    await Promise.race([painted(), waited(patience)]) // a tab that nobody sees paints nothing
    if (last.current !== to) return // the next key's is drawn over it, or somebody went another way
    const then = now()
    if (then) await navigate({ to: '/search', search: { ...then, q: to.q }, replace: true }) // else the page was left meanwhile
    done()
  }
  return [addressOf(here ?? {}).q ?? '', text => void search(text), () => last.current !== undefined]
}

const waited = (ms: number) => new Promise<void>(done => setTimeout(done, ms))

/** painted is done when what was drawn is on the screen: the task behind the next frame's. */
const painted = () => new Promise<void>(done => requestAnimationFrame(() => setTimeout(done)))
