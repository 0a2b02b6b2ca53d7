// Searching while one types. Each key asks at once, and the question before is given up; the address follows with the
// answer, so that the page is drawn once a key: with its hits. It waits for a slow answer no longer than a person notices.
import { useRef } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { useLocation, useNavigate } from '@tanstack/react-router'
import { addressOf, asked, type Address } from './question'

const patience = 100 // ms

/** useTyped gives the words that the address has, and what takes those that are typed. */
export function useTyped(): [string, (text: string) => void] {
  const client = useQueryClient()
  const navigate = useNavigate()
  const here = useLocation({ select: l => (l.pathname === '/search' ? (l.search as Record<string, unknown>) : undefined) })
  const last = useRef<Address>(undefined)
  const at = here && addressOf(here)
  const search = async (text: string) => {
    const to: Address = { ...at, q: text || undefined }
    const before = last.current
    last.current = to
    const answer = client.prefetchQuery(asked(to))
    if (before && before.q !== to.q) void client.cancelQueries({ queryKey: asked(before).queryKey, exact: true })
    await Promise.race([answer, new Promise(done => setTimeout(done, patience))])
    if (last.current === to) void navigate({ to: '/search', search: to, replace: at !== undefined })
  }
  return [at?.q ?? '', text => void search(text)]
}
