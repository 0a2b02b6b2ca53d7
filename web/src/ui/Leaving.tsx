// What was typed and is not saved is asked about before it is lost: by a way within the portal in our own question, by a reload or
// a closed window in the browser's. It is kept nowhere but in its form.
import { createContext, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { useRouter, type HistoryLocation } from '@tanstack/react-router'
import type { AskDialog } from './AskDialog'
import { words } from './strings'

interface Form {
  within: readonly string[] // words of the address that may change around it
  free: boolean // it is saved, or given up
}

interface Leave {
  /** hold keeps a form that has something to lose, until what it gives is called. */
  hold: (form: Form) => () => void
  /** before goes where nothing is lost, or somebody says that it may be. */
  before: (go: () => void) => void
  /** drop lets go of everything: this tab is nobody's to ask about any more. */
  drop: () => void
}

const LeaveContext = createContext<Leave>({ hold: () => () => undefined, before: go => go(), drop: () => undefined })

/** useLeave gives what is to be done before the whole portal is left. */
export const useLeave = () => useContext(LeaveContext)

const none: readonly string[] = []

/** useDirty says whether something was typed here that is lost where the page, or a word of its address other than within, is left. What
 * it gives lets go of it: before a way is gone that saving, or giving up, leads. */
export function useDirty(dirty: boolean, within: readonly string[] = none): () => void {
  const { hold } = useLeave()
  const form = useRef<Form>(undefined)
  const may = useRef(within)
  useEffect(() => {
    if (!dirty) return
    form.current = { within: may.current, free: false }
    return hold(form.current)
  }, [dirty, hold])
  return () => { if (form.current) form.current.free = true }
}

interface Asking {
  Dialog: typeof AskDialog
  go: () => void
  from: Element | null // what had the focus
}

interface Way {
  currentLocation: HistoryLocation
  nextLocation: HistoryLocation
  action: string
}

let came: typeof AskDialog | undefined
const load = () => import('./AskDialog').then(m => (came = m.AskDialog))

/** Leaving stands around all pages. */
export function Leaving({ children }: { children: ReactNode }) {
  const router = useRouter()
  const [asking, ask] = useState<Asking>()
  const leave = useMemo(() => {
    const { history } = router
    const forms = new Set<Form>()
    const held = () => [...forms].some(form => !form.free)
    const lost = (from: string, to: string) => {
      const [a, b] = [from, to].map(href => new URL(href, location.origin)) as [URL, URL]
      if (a.pathname !== b.pathname) return held()
      const changed = [...a.searchParams.keys(), ...b.searchParams.keys()].filter(word => a.searchParams.get(word) !== b.searchParams.get(word))
      return [...forms].some(form => !form.free && changed.some(word => !form.within.includes(word)))
    }
    const question = (go: () => void) => {
      const from = document.activeElement
      const show = (Dialog: typeof AskDialog) => ask(old => ({ Dialog, go, from: old?.from ?? from }))
      if (came) show(came) // at once: the next step may be on its way
      else load().then(show, () => { if (confirm(words.leave)) go() }) // where the account is away the browser asks
    }
    // The way is refused at once, so that the address stays that of the page, and gone once more when somebody says so.
    const block = () => history.block({
      enableBeforeUnload: held,
      blockerFn: ({ currentLocation: from, nextLocation: to, action }: Way) => {
        if (!lost(from.href, to.href)) return false
        const by = to.state.__TSR_index - from.state.__TSR_index
        question(() => {
          if (action === 'PUSH') history.push(to.href, to.state, { ignoreBlocker: true })
          else if (action === 'REPLACE') history.replace(to.href, to.state, { ignoreBlocker: true })
          else history.go(by, { ignoreBlocker: true })
        })
        return true
      },
    })
    let unblock: (() => void) | undefined
    return {
      hold: (form: Form) => {
        forms.add(form)
        unblock ??= block()
        void load().catch(() => undefined)
        return () => {
          forms.delete(form)
          if (forms.size > 0) return
          unblock?.()
          unblock = undefined
        }
      },
      before: (go: () => void) => { if (held()) question(go); else go() },
      drop: () => forms.forEach(form => { form.free = true }),
    }
  }, [router])
  const close = () => { ask(undefined); setTimeout(() => { if (asking?.from instanceof HTMLElement) asking.from.focus() }) }
  return (
    <LeaveContext value={leave}>
      {children}
      {asking && <asking.Dialog label={words.leaveIt} stay={words.stay} title={words.leave} error={null} busy={false} onGo={() => { ask(undefined); asking.go() }} onClose={close}>{words.leaveText}</asking.Dialog>}
    </LeaveContext>
  )
}
