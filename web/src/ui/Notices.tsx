// What the portal tells: each notice is shown for a while and kept in the list behind the bell until it is cleared.
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from 'react'
import { Button, makeStyles, tokens } from '@fluentui/react-components'
import { CheckmarkCircle20Regular } from '@fluentui/react-icons/svg/checkmark-circle'
import { Dismiss16Regular } from '@fluentui/react-icons/svg/dismiss'
import { ErrorCircle20Regular } from '@fluentui/react-icons/svg/error-circle'
import { Info20Regular } from '@fluentui/react-icons/svg/info'
import { SignedOut } from '../client/rest'
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
  undo?: () => void // takes back what was done; offered while the notice is shown
  at: Date
}

interface Board {
  notices: Notice[]
  tell: (n: Omit<Notice, 'id' | 'at'>) => void
  fail: (error: unknown) => void
  clear: () => void
}

const BoardContext = createContext<Board>({ notices: [], tell: () => undefined, fail: () => undefined, clear: () => undefined })

/** useNotices gives the board. tell shows a notice, fail one of what went wrong. */
export const useNotices = () => useContext(BoardContext)

const shownFor = 8000
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
    set(all => [notice, ...all].slice(0, most))
    setShown(all => [...all, notice.id])
  }, [])
  const hide = useCallback((id: number) => setShown(all => all.filter(one => one !== id)), [])
  const fail = useCallback((error: unknown) => { const { title, text } = sayFailure(error, true); tell({ kind: 'failed', title, text, signIn: error instanceof SignedOut }) }, [tell])
  const board = useMemo(() => ({ notices, tell, fail, clear: () => set([]) }), [notices, tell, fail])
  return (
    <BoardContext value={board}>
      {children}
      <div className={s.stack} role="status" aria-live="polite">
        {notices.filter(n => shown.includes(n.id)).map(n => <Toast key={n.id} notice={n} hide={hide} />)}
      </div>
    </BoardContext>
  )
}

function Toast({ notice, hide }: { notice: Notice; hide: (id: number) => void }) {
  const s = useStyles()
  useEffect(() => {
    if (notice.kind === 'failed') return // stays until it was read
    const timer = setTimeout(() => hide(notice.id), shownFor)
    return () => clearTimeout(timer)
  }, [notice, hide])
  return (
    <div className={s.one}>
      <NoticeIcon kind={notice.kind} />
      <div className={s.text}>
        <div className={s.title}>{notice.title}</div>
        {notice.text && <div className={s.soft}>{notice.text}</div>}
        {notice.link && <Link to={notice.link.to} onClick={() => hide(notice.id)}>{notice.link.text}</Link>}
        {notice.signIn && <SignInAgain />}
      </div>
      {notice.undo && <Button size="small" onClick={() => { hide(notice.id); notice.undo!() }}>{words.undo}</Button>}
      <Button appearance="transparent" size="small" icon={<Dismiss16Regular />} aria-label={words.close} onClick={() => hide(notice.id)} />
    </div>
  )
}
