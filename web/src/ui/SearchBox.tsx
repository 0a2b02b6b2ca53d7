// The search field of the shell. It tells every key; whoever hears it brings the words into the address.
import { useEffect, useRef, useState } from 'react'
import { makeStyles, tokens } from '@fluentui/react-components'
import { Search20Regular } from '@fluentui/react-icons/svg/search'
import { Key } from './Parts'
import { words } from './strings'
import { isTyping } from './typing'
import { narrow } from './widths'

const useStyles = makeStyles({
  // What is typed moves nothing around it and draws nothing else anew: the browser need not look there.
  box: { position: 'relative', display: 'flex', alignItems: 'center', height: '32px', contain: 'size layout style' },
  icon: { position: 'absolute', left: '10px', display: 'flex', color: tokens.colorNeutralForeground3, pointerEvents: 'none' },
  field: { width: '100%', boxSizing: 'border-box', height: '32px', padding: '0 36px', font: 'inherit', fontSize: tokens.fontSizeBase300, color: tokens.colorNeutralForeground1, backgroundColor: tokens.colorNeutralBackground3, border: `1px solid ${tokens.colorTransparentStroke}`, borderRadius: tokens.borderRadiusMedium, '::placeholder': { color: tokens.colorNeutralForeground3, opacity: 1 }, ':hover': { backgroundColor: tokens.colorNeutralBackground4 }, ':focus': { outline: `2px solid ${tokens.colorCompoundBrandStroke}`, outlineOffset: '-1px', backgroundColor: tokens.colorNeutralBackground1 }, '::-webkit-search-cancel-button': { cursor: 'pointer' } },
  key: { position: 'absolute', right: '8px', pointerEvents: 'none', [narrow]: { display: 'none' } },
})

/** toHits goes on to the first hit, where there are hits. */
function toHits(e: React.KeyboardEvent) {
  const first = e.key === 'ArrowDown' && !e.altKey && !e.ctrlKey && !e.metaKey && document.querySelector<HTMLElement>('[data-hits] a[href]')
  if (!first) return
  e.preventDefault()
  first.focus()
}

interface SearchBoxProps {
  text: string // what the address says
  follows: () => boolean // does it follow what is typed?
  onText: (text: string) => void
}

export function SearchBox({ text, follows, onText }: SearchBoxProps) {
  const s = useStyles()
  const field = useRef<HTMLInputElement>(null)
  const [typed, setTyped] = useState(text)
  // The address wins when it changes by another way than this field.
  useEffect(() => {
    if (document.activeElement !== field.current || text === '' || !follows()) setTyped(text)
  }, [text])
  useEffect(() => {
    const onKey = (e: KeyboardEvent) => {
      const asked = (e.key === '/' && !isTyping(e.target) && !e.ctrlKey && !e.metaKey && !e.altKey) || (e.key.toLowerCase() === 'k' && (e.ctrlKey || e.metaKey))
      if (!asked) return
      e.preventDefault()
      field.current?.focus()
      field.current?.select()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
  return (
    <form className={s.box} role="search" onSubmit={e => { e.preventDefault(); onText(typed) }}>
      <span className={s.icon}><Search20Regular /></span>
      <input
        ref={field} type="search" className={s.field} placeholder={words.search} aria-label={words.search} aria-keyshortcuts="/ Control+K" autoComplete="off" spellCheck={false}
        value={typed} onKeyDown={toHits} onChange={e => { onText(e.target.value); setTyped(e.target.value) }} // the question goes out before anything is drawn
      />
      {typed === '' && <span className={s.key}><Key>{words.searchKey}</Key></span>}
    </form>
  )
}
