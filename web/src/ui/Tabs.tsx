// The tabs of a page, in Fluent's look. The open one is the one stop of the Tab key; arrows, Home and End go along them, and
// Enter or Space opens. Fluent's own bring a focus library of 20 kB with them, which nothing else of the first load needs.
import { useEffect, type KeyboardEvent } from 'react'
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components'
import { narrow } from './widths'

const line = { content: '""', position: 'absolute', left: '12px', right: '12px', bottom: 0, height: tokens.strokeWidthThicker, borderRadius: tokens.borderRadiusCircular } as const

const useStyles = makeStyles({
  list: { display: 'flex', flexShrink: 0, margin: '0 -10px', borderBottom: `1px solid ${tokens.colorNeutralStroke2}`, overflowX: 'auto', overflowY: 'hidden', scrollbarWidth: 'none', [narrow]: { margin: '0 -16px', padding: '0 6px' } },
  tab: {
    position: 'relative', flexShrink: 0, padding: '12px 10px', border: 'none', borderRadius: tokens.borderRadiusMedium, backgroundColor: 'transparent', color: tokens.colorNeutralForeground2, font: 'inherit', lineHeight: tokens.lineHeightBase300, whiteSpace: 'nowrap', cursor: 'pointer',
    ':hover': { color: tokens.colorNeutralForeground2Hover }, ':hover::before': { ...line, backgroundColor: tokens.colorNeutralStroke1Hover },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '-2px' },
  },
  open: { color: tokens.colorNeutralForeground1, fontWeight: tokens.fontWeightSemibold, ':hover': { color: tokens.colorNeutralForeground1Hover }, '::after': { ...line, backgroundColor: tokens.colorCompoundBrandStroke }, '@media (forced-colors: active)': { '::after': { backgroundColor: 'ButtonText' } } },
  // As wide as it is when open, so that the tabs behind it stay where they are.
  title: { display: 'inline-grid', padding: '0 2px', '::after': { content: 'attr(data-title)', fontWeight: tokens.fontWeightSemibold, height: 0, overflow: 'hidden', visibility: 'hidden' } },
  // Its place is kept while it is not known.
  place: { display: 'inline-block', marginLeft: '6px', minWidth: '24px', textAlign: 'left' },
  count: { display: 'inline-block', minWidth: '16px', height: '16px', boxSizing: 'border-box', padding: '0 4px', borderRadius: '8px', textAlign: 'center', backgroundColor: tokens.colorNeutralBackground5, color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase100, lineHeight: '16px', fontWeight: tokens.fontWeightSemibold },
})

export interface Side<T extends string> {
  key: T
  title: string
  /** How many are there; undefined while it is not known. A side without this has no number. */
  count?: number | undefined
}

interface TabsProps<T extends string> {
  tabs: Side<T>[]
  open: T
  onOpen: (tab: T) => void
}

export const tabId = (key: string) => `tab-${key}`

export function Tabs<T extends string>({ tabs, open, onOpen }: TabsProps<T>) {
  const s = useStyles()
  useEffect(() => document.getElementById(tabId(open))?.scrollIntoView({ block: 'nearest', inline: 'nearest' }), [open])
  return (
    <div role="tablist" className={s.list} onKeyDown={walk}>
      {tabs.map(t => (
        <button key={t.key} type="button" role="tab" id={tabId(t.key)} aria-selected={t.key === open} tabIndex={t.key === open ? 0 : -1} className={mergeClasses(s.tab, t.key === open && s.open)} onClick={() => onOpen(t.key)}>
          <span className={s.title} data-title={t.title}>{t.title}</span>
          {'count' in t && <span className={s.place}>{t.count !== undefined && <span className={s.count}>{t.count > 9999 ? '9999+' : t.count}</span>}</span>}
        </button>
      ))}
    </div>
  )
}

/** walk moves the focus along the tabs; behind the last comes the first. */
function walk(event: KeyboardEvent<HTMLElement>) {
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=tab]')]
  const at = all.indexOf(document.activeElement as HTMLElement)
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: all.length - 1 }[event.key]
  if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return
  event.preventDefault()
  all.at(to % all.length)?.focus()
}
