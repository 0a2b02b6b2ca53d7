// What the portal tells: each notice is shown for a while, longer where a
// pointer or the focus rests, and kept in the list behind the bell, with what takes it back, until it is cleared.
import { createContext, useCallback, useContext, useMemo, useRef, useState, type ReactNode } from 'react'
import { makeStyles } from '@fluentui/react-components'
import { Overtaken, SignedOut } from '../client/rest'
import { useLate } from './late'
import { sayFailure } from './States'
import { narrow } from './widths'

export interface Notice {
  id: number
  kind: 'done' | 'failed' | 'info'
  title: string
  text?: string
  copy?: string // is shown and selected, to be copied by hand
  link?: { to: string; text: string } // where there is more to it
  signIn?: boolean // it takes signing in
  about?: string // what was changed: another notice about it takes the way back from this one
  undo?: () => Promise<unknown> // takes back what was done; offered until it did, or can't any more
  at: Date
}

interface Board {
  notices: Notice[]
  tell: (n: Omit<Notice, 'id' | 'at'>) => void
  fail: (error: unknown) => void
  takeBack: (n: Notice) => void
  clear: () => void
}

const BoardContext = createContext<Board>({ notices: [], tell: () => undefined, fail: () => undefined, takeBack: () => undefined, clear: () => undefined })

/** useNotices gives the board. tell shows a notice, fail one of what went wrong. */
export const useNotices = () => useContext(BoardContext)

const most = 50

const useStyles = makeStyles({
  stack: { position: 'fixed', right: '24px', bottom: '24px', zIndex: 2000, display: 'flex', flexDirection: 'column', gap: '8px', width: '360px', maxWidth: 'calc(100vw - 32px)', [narrow]: { right: '16px', bottom: '72px' } },
})

export function Notices({ children }: { children: ReactNode }) {
  const s = useStyles()
  const [notices, set] = useState<Notice[]>([])
  const late = useLate(notices.length)
  const [shown, setShown] = useState<number[]>([])
  const tell = useCallback((n: Omit<Notice, 'id' | 'at'>) => {
    const notice = { ...n, id: Math.random(), at: new Date() }
    set(all => [notice, ...(n.about === undefined ? all : all.map(one => (one.about === n.about ? spent(one) : one)))].slice(0, most))
    setShown(all => [...all, notice.id])
  }, [])
  const hide = useCallback((id: number) => setShown(all => all.filter(one => one !== id)), [])
  const fail = useCallback((error: unknown) => { const { title, text } = sayFailure(error, true); tell({ kind: 'failed', title, text, signIn: error instanceof SignedOut }) }, [tell])
  const taking = useRef(new Set<number>())
  const takeBack = useCallback((n: Notice) => {
    if (!n.undo || taking.current.has(n.id)) return
    taking.current.add(n.id)
    const over = () => set(all => all.map(one => (one.id === n.id ? spent(one) : one)))
    n.undo().then(over, error => { if (error instanceof Overtaken) over() }).finally(() => taking.current.delete(n.id)) // what else went wrong can be tried again
    hide(n.id)
  }, [hide])
  const board = useMemo(() => ({ notices, tell, fail, takeBack, clear: () => set([]) }), [notices, tell, fail, takeBack])
  const [rests, setRests] = useState<{ pointer?: number | undefined; focus?: number | undefined }>({}) // where; all stay then, for they would move
  const held = shown.some(id => id === rests.pointer || id === rests.focus)
  return (
    <BoardContext value={board}>
      {children}
      <div className={s.stack} role="status" aria-live="polite">
        {late && notices.filter(n => shown.includes(n.id)).map(n => <late.Toast key={n.id} notice={n} held={held} hide={hide} onRest={how => setRests(old => ({ ...old, ...how }))} />)}
      </div>
    </BoardContext>
  )
}

/** spent is a notice of what can't be taken back any more. */
const spent = ({ undo: _, ...rest }: Notice): Notice => rest
