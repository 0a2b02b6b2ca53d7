// A long list of rows of one height, of which only those in sight are there. To who hears it, it is a list box: the focus
// stays with the box, which says the row that the arrow keys, Page Up and Down, Home and End went to; each row says its name
// and its place among all. Enter, Space or a click opens one.
import { useEffect, useId, useLayoutEffect, useRef, useState, type ReactNode } from 'react'
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components'
import { grounds } from './theme'

const useStyles = makeStyles({
  scroll: { overflowY: 'auto', position: 'relative', contain: 'strict', outline: 'none', ':focus-visible [data-now]': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '-3px' } },
  row: { position: 'absolute', left: 0, right: 0, boxSizing: 'border-box', borderBottom: `1px solid ${tokens.colorNeutralStroke3}`, cursor: 'pointer' },
  now: { backgroundColor: grounds.hover },
})

interface WindowedProps {
  label: string
  describedBy?: string // id of what says how to use it
  count: number
  height: number // of a row
  most: number // rows in sight at once
  name: (index: number) => string // what a row is called, for who hears it
  row: (index: number) => ReactNode // nothing in it takes the focus
  chosen: number // the row that is open; -1 for none
  onOpen: (index: number) => void
}

const beyond = 8 // rows that are there above and below those in sight

export function Windowed({ label, describedBy, count, height, most, name, row, chosen, onOpen }: WindowedProps) {
  const s = useStyles()
  const id = useId()
  const box = useRef<HTMLDivElement>(null)
  const [top, setTop] = useState(0)
  const [now, setNow] = useState(-1)
  useLayoutEffect(() => {
    box.current?.scrollTo(0, 0)
    setTop(0)
    setNow(chosen)
  }, [count]) // only another list begins anew
  useEffect(() => {
    const at = box.current
    if (!at || now < 0) return
    if (now * height < at.scrollTop) at.scrollTop = now * height
    if ((now + 1) * height > at.scrollTop + at.clientHeight) at.scrollTop = (now + 1) * height - at.clientHeight
  }, [now, height])
  const sight = Math.min(count, most)
  const first = Math.max(0, Math.floor(top / height) - beyond)
  const last = Math.min(count, Math.ceil(top / height) + sight + beyond)
  const rows = Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i)
  const there = now >= 0 && now < count
  if (there && (now < first || now >= last)) rows.push(now) // who hears the list is at it, wherever it was scrolled to
  const step: Record<string, (n: number) => number> = { ArrowDown: n => n + 1, ArrowUp: n => n - 1, PageDown: n => n + sight, PageUp: n => n - sight, Home: () => 0, End: () => count - 1 }
  return (
    <div
      ref={box} className={s.scroll} style={{ height: sight * height }} role="listbox" aria-label={label} aria-describedby={describedBy} aria-activedescendant={there ? `${id}-${now}` : undefined} tabIndex={0}
      onScroll={e => setTop(e.currentTarget.scrollTop)}
      onFocus={e => { if (!there && e.currentTarget.matches(':focus-visible')) setNow(Math.ceil(top / height)) }}
      onKeyDown={e => {
        const go = step[e.key]
        if (go) { e.preventDefault(); setNow(n => Math.max(0, Math.min(count - 1, go(n)))) }
        if ((e.key === 'Enter' || e.key === ' ') && there) { e.preventDefault(); onOpen(now) }
      }}
    >
      <div style={{ height: count * height }} role="presentation">
        {rows.map(i => (
          <div
            key={i} id={`${id}-${i}`} className={mergeClasses(s.row, i === now && s.now)} style={{ top: i * height, height }} data-now={i === now ? '' : undefined}
            role="option" aria-label={name(i)} aria-setsize={count} aria-posinset={i + 1} aria-selected={i === chosen || undefined} onClick={() => { setNow(i); onOpen(i) }}
          >
            {row(i)}
          </div>
        ))}
      </div>
    </div>
  )
}
