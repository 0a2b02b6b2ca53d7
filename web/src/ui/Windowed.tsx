// A long list of rows of one height, of which only those in sight are there. It stays a list to who hears it: each row
// says its place, and the rows can be gone through with the arrow keys, Page Up and Down, Home and End.
import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react'
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components'
import { grounds } from './theme'

const useStyles = makeStyles({
  scroll: { overflowY: 'auto', position: 'relative', contain: 'strict', outline: 'none', ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '-2px' } },
  row: { position: 'absolute', left: 0, right: 0, boxSizing: 'border-box', borderBottom: `1px solid ${tokens.colorNeutralStroke3}` },
  now: { backgroundColor: grounds.hover },
})

interface WindowedProps {
  label: string
  count: number
  height: number // of a row
  most: number // rows in sight at once
  row: (index: number) => ReactNode
  onOpen?: (index: number) => void // Enter on a row
}

const beyond = 8 // rows that are there above and below those in sight

export function Windowed({ label, count, height, most, row, onOpen }: WindowedProps) {
  const s = useStyles()
  const box = useRef<HTMLDivElement>(null)
  const [top, setTop] = useState(0)
  const [now, setNow] = useState(-1)
  useLayoutEffect(() => {
    box.current?.scrollTo(0, 0)
    setTop(0)
    setNow(-1)
  }, [count])
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
  const step: Record<string, (n: number) => number> = { ArrowDown: n => n + 1, ArrowUp: n => n - 1, PageDown: n => n + sight, PageUp: n => n - sight, Home: () => 0, End: () => count - 1 }
  return (
    <div
      ref={box} className={s.scroll} style={{ height: sight * height }} role="list" aria-label={label} tabIndex={0} onScroll={e => setTop(e.currentTarget.scrollTop)}
      onKeyDown={e => {
        const go = step[e.key]
        if (go) { e.preventDefault(); setNow(n => Math.max(0, Math.min(count - 1, go(n)))) }
        if (e.key === 'Enter' && now >= 0) { e.preventDefault(); onOpen?.(now) }
      }}
    >
      <div style={{ height: count * height }} role="presentation">
        {rows.map(i => (
          <div key={i} className={mergeClasses(s.row, i === now && s.now)} style={{ top: i * height, height }} role="listitem" aria-setsize={count} aria-posinset={i + 1} aria-current={i === now || undefined}>{row(i)}</div>
        ))}
      </div>
    </div>
  )
}
