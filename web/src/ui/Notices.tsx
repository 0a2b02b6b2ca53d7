// What the portal tells: each notice is shown for a while, longer where a
// pointer or the focus rests, and kept in the list behind the bell, with what takes it back, until it is cleared.
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { Button, makeStyles, tokens } from '@fluentui/react-components'
import { CheckmarkCircle20Regular } from '@fluentui/react-icons/svg/checkmark-circle'
import { Dismiss16Regular } from '@fluentui/react-icons/svg/dismiss'
import { ErrorCircle20Regular } from '@fluentui/react-icons/svg/error-circle'
import { Info20Regular } from '@fluentui/react-icons/svg/info'
import { Overtaken, SignedOut } from '../client/rest'
import { Link } from './Parts'
import { sayFailure, SignInAgain } from './States'
import { words } from './strings'
import { narrow } from './widths'

export interface Notice {
  id: number
  kind: 'done' | 'failed' | 'info'
  title: string
  text?: string
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

const shownFor = 8000
const least = 1500 // what is left of it when the pointer goes
const most = 50

const useStyles = makeStyles({
  stack: { position: 'fixed', right: '24px', bottom: '24px', zIndex: 2000, display: 'flex', flexDirection: 'column', gap: '8px', width: '360px', maxWidth: 'calc(100vw - 32px)', [narrow]: { right: '16px', bottom: '72px' } },
  one: {
    display: 'flex', gap: '12px', alignItems: 'flex-start', padding: '12px', borderRadius: tokens.borderRadiusMedium, backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke1}`, boxShadow: tokens.shadow16, color: tokens.colorNeutralForeground1,
  },
  text: { flex: 1, overflowWrap: 'anywhere' },
  title: { fontWeight: tokens.fontWeightSemibold },
  soft: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  done: { color: tokens.colorPaletteGreenForeground1, flexShrink: 0 },
  failed: { color: tokens.colorPaletteRedForeground1, flexShrink: 0 },
  info: { color: tokens.colorBrandForeground1, flexShrink: 0 },
})

export function NoticeIcon({ kind }: { kind: Notice['kind'] }) {
  const s = useStyles()
  if (kind === 'done') return <CheckmarkCircle20Regular className={s.done} />
  if (kind === 'failed') return <ErrorCircle20Regular className={s.failed} />
  return <Info20Regular className={s.info} />
}

export function Notices({ children }: { children: ReactNode }) {
  const s = useStyles()
  const [notices, set] = useState<Notice[]>([])
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
        {notices.filter(n => shown.includes(n.id)).map(n => <Toast key={n.id} notice={n} held={held} hide={hide} onRest={how => setRests(old => ({ ...old, ...how }))} />)}
      </div>
    </BoardContext>
  )
}

/** spent is a notice of what can't be taken back any more. */
const spent = ({ undo: _, ...rest }: Notice): Notice => rest

interface ToastProps {
  notice: Notice
  held: boolean // it stays while something rests on one of them
  hide: (id: number) => void
  onRest: (how: { pointer?: number | undefined; focus?: number | undefined }) => void
}

function Toast({ notice, held, hide, onRest }: ToastProps) {
  const s = useStyles()
  const { takeBack } = useNotices()
  const left = useRef(shownFor)
  const { id, kind } = notice
  useEffect(() => {
    if (kind === 'failed' || held) return // a failure stays until it was read
    const begun = Date.now()
    const timer = setTimeout(() => hide(id), left.current)
    return () => { clearTimeout(timer); left.current = Math.max(least, left.current - (Date.now() - begun)) }
  }, [id, kind, held, hide])
  return (
    <div
      className={s.one} onPointerEnter={() => onRest({ pointer: id })} onPointerLeave={() => onRest({ pointer: undefined })} onFocus={() => onRest({ focus: id })}
      onBlur={e => { if (!e.currentTarget.contains(e.relatedTarget)) onRest({ focus: undefined }) }}
    >
      <NoticeIcon kind={notice.kind} />
      <div className={s.text}>
        <div className={s.title}>{notice.title}</div>
        {notice.text && <div className={s.soft}>{notice.text}</div>}
        {notice.link && <Link to={notice.link.to} onClick={() => hide(notice.id)}>{notice.link.text}</Link>}
        {notice.signIn && <SignInAgain />}
      </div>
      {notice.undo && <Button size="small" onClick={() => takeBack(notice)}>{words.undo}</Button>}
      <Button appearance="transparent" size="small" icon={<Dismiss16Regular />} aria-label={words.close} onClick={() => hide(notice.id)} />
    </div>
  )
}
