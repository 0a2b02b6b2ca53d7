// A notice as it is shown for a while. It comes with what the corner holds, once a page shows.
import { useEffect, useRef } from 'react'
import { Button, makeStyles, tokens } from '@fluentui/react-components'
import { CheckmarkCircle20Regular } from '@fluentui/react-icons/svg/checkmark-circle'
import { Dismiss16Regular } from '@fluentui/react-icons/svg/dismiss'
import { ErrorCircle20Regular } from '@fluentui/react-icons/svg/error-circle'
import { Info20Regular } from '@fluentui/react-icons/svg/info'
import { useNotices, type Notice } from './Notices'
import { Link } from './Parts'
import { SignInAgain } from './States'
import { words } from './strings'

const shownFor = 8000
const least = 1500 // what is left of it when the pointer goes

const useStyles = makeStyles({
  one: {
    display: 'flex', gap: '12px', alignItems: 'flex-start', padding: '12px', borderRadius: tokens.borderRadiusMedium, backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke1}`, boxShadow: tokens.shadow16, color: tokens.colorNeutralForeground1,
  },
  text: { flex: 1, overflowWrap: 'anywhere' },
  copy: { margin: '8px 0 0', fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200, whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', maxHeight: '120px', overflowY: 'auto' },
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

const select = (text: HTMLElement | null) => { if (text) getSelection()?.selectAllChildren(text) }

interface ToastProps {
  notice: Notice
  held: boolean // it stays while something rests on one of them
  hide: (id: number) => void
  onRest: (how: { pointer?: number | undefined; focus?: number | undefined }) => void
}

export function Toast({ notice, held, hide, onRest }: ToastProps) {
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
        {notice.copy && <pre className={s.copy} ref={select}><code>{notice.copy}</code></pre>}
        {notice.link && <Link to={notice.link.to} onClick={() => hide(notice.id)}>{notice.link.text}</Link>}
        {notice.signIn && <SignInAgain />}
      </div>
      {notice.undo && <Button size="small" onClick={() => takeBack(notice)}>{words.undo}</Button>}
      <Button appearance="transparent" size="small" icon={<Dismiss16Regular />} aria-label={words.close} onClick={() => hide(notice.id)} />
    </div>
  )
}
