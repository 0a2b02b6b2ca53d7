// Finding one of many in a list that is here whole. What is typed is in the address, so that a link shows the same.
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { Button, makeStyles, tokens } from '@fluentui/react-components'
import { Search16Regular } from '@fluentui/react-icons/svg/search'
import { useAddress } from './address'
import { fits } from './fits'
import { Soft } from './Parts'
import { Empty } from './States'
import { words } from './strings'
import { narrow } from './widths'

const useStyles = makeStyles({
  all: { display: 'flex', flexDirection: 'column', gap: '16px' },
  bar: { display: 'flex', alignItems: 'center', gap: '4px 16px', flexWrap: 'wrap' },
  box: { position: 'relative', display: 'flex', alignItems: 'center', width: '240px', maxWidth: '100%', [narrow]: { width: '100%' } },
  icon: { position: 'absolute', left: '10px', display: 'flex', color: tokens.colorNeutralForeground3, pointerEvents: 'none' },
  field: { width: '100%', boxSizing: 'border-box', height: '32px', padding: '0 10px 0 32px', font: 'inherit', fontSize: tokens.fontSizeBase300, color: tokens.colorNeutralForeground1, backgroundColor: tokens.colorNeutralBackground1, border: `1px solid ${tokens.colorNeutralStrokeAccessible}`, borderRadius: tokens.borderRadiusMedium, '::placeholder': { color: tokens.colorNeutralForeground3, opacity: 1 }, ':focus': { outline: `2px solid ${tokens.colorCompoundBrandStroke}`, outlineOffset: '-1px' }, '::-webkit-search-cancel-button': { cursor: 'pointer' } },
})

interface FindProps {
  label: string
  text: string // what the address says
  onText: (text: string) => void
  children?: ReactNode // what is said beside it
}

/** Find is the box. It shows each letter at once: the address follows when it can. */
export function Find({ label, text, onText, children }: FindProps) {
  const s = useStyles()
  const field = useRef<HTMLInputElement>(null)
  const [typed, setTyped] = useState(text)
  useEffect(() => { // it changed by another way than this box
    if (document.activeElement !== field.current) setTyped(text)
  }, [text])
  return (
    <div className={s.bar}>
      <div className={s.box}>
        <span className={s.icon}><Search16Regular /></span>
        <input ref={field} type="search" className={s.field} placeholder={label} aria-label={label} autoComplete="off" spellCheck={false} value={typed} onChange={e => { setTyped(e.target.value); onText(e.target.value) }} />
      </div>
      {children}
    </div>
  )
}

const few = 10 // are looked through faster than one types

interface FoundProps<T> {
  label: string // of the box
  all: T[]
  texts: (one: T) => (string | undefined)[] // in which one is looked for
  said: (n: number, of: number) => string
  children: (shown: T[]) => ReactNode
}

/** Found shows those of a list that have the words which the address has, and the box for them where there are many. */
export function Found<T>({ label, all, texts, said, children }: FoundProps<T>) {
  const s = useStyles()
  const [{ find = '' }, change] = useAddress<{ find?: string }>()
  const on = (text: string) => change({ find: text || undefined }, { replace: true })
  if (all.length <= few && !find) return children(all)
  const shown = all.filter(one => fits(find, ...texts(one)))
  return (
    <div className={s.all}>
      <Find label={label} text={find} onText={on}><span role="status"><Soft>{said(shown.length, all.length)}</Soft></span></Find>
      {shown.length > 0 ? children(shown) : <Empty title={words.noneFits} actions={<Button onClick={() => on('')}>{words.showAll}</Button>} />}
    </div>
  )
}
