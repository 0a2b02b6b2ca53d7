// The kinds of sources as cards: choosing one is the wizard's first step.
import { useState } from 'react'
import { makeStyles, mergeClasses, SearchBox, tokens } from '@fluentui/react-components'
import { Drawing } from '../ui/Drawing'
import { Soft } from '../ui/Parts'
import { Empty } from '../ui/States'
import { words as register } from './registerStrings'
import { words } from './strings'
import type { Kind } from './types'

const useStyles = makeStyles({
  grid: { display: 'grid', gridTemplateColumns: 'repeat(auto-fill, minmax(260px, 1fr))', gap: '12px' },
  card: {
    display: 'flex', gap: '14px', alignItems: 'flex-start', padding: '16px', textAlign: 'left', font: 'inherit', color: 'inherit', cursor: 'pointer',
    border: `1px solid ${tokens.colorNeutralStroke2}`, borderRadius: tokens.borderRadiusLarge, backgroundColor: tokens.colorNeutralBackground1,
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover, border: `1px solid ${tokens.colorNeutralStroke1}` },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '1px' },
  },
  chosen: { border: `1px solid ${tokens.colorBrandStroke1}`, backgroundColor: tokens.colorBrandBackground2 },
  title: { fontWeight: tokens.fontWeightSemibold, marginBottom: '2px' },
  text: { fontSize: tokens.fontSizeBase200, lineHeight: tokens.lineHeightBase200 },
})

const searchFrom = 7

interface KindCardsProps {
  kinds: Kind[]
  chosen: string | undefined
  onChoose: (kind: string) => void
}

export function KindCards({ kinds, chosen, onChoose }: KindCardsProps) {
  const s = useStyles()
  const [text, setText] = useState('')
  const shown = kinds.filter(k => `${k.title} ${k.name}`.toLowerCase().includes(text.toLowerCase()))
  return (
    <>
      {kinds.length >= searchFrom && <SearchBox placeholder={register.filterKinds} aria-label={register.filterKinds} value={text} onChange={(_, d) => setText(d.value)} />}
      <div className={s.grid} role="group" aria-label={register.chooseKind}>
        {shown.map(k => (
          <button key={k.name} type="button" className={mergeClasses(s.card, k.name === chosen && s.chosen)} aria-pressed={k.name === chosen} onClick={() => onChoose(k.name)}>
            <Drawing svg={k.icon} />
            <span><div className={s.title}>{k.title}</div><div className={s.text}><Soft>{k.summary}</Soft></div></span>
          </button>
        ))}
      </div>
      {shown.length === 0 && <Empty title={text === '' ? words.noKinds : words.noKind}>{words.noKindText}</Empty>}
    </>
  )
}
