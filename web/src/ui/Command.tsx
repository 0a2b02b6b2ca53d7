// A command to copy: the same on the command line as what stands beside it.
import { useState } from 'react'
import { Button, makeStyles, tokens } from '@fluentui/react-components'
import { Checkmark16Regular } from '@fluentui/react-icons/svg/checkmark'
import { Copy16Regular } from '@fluentui/react-icons/svg/copy'
import { words } from './strings'

const useStyles = makeStyles({
  box: { border: `1px solid ${tokens.colorNeutralStroke2}`, borderRadius: tokens.borderRadiusMedium, backgroundColor: tokens.colorNeutralBackground3, minWidth: 0 },
  title: { padding: '8px 12px 0', fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground2 },
  row: { display: 'flex', alignItems: 'flex-start', gap: '8px', padding: '8px 8px 8px 12px' },
  text: { flex: 1, margin: 0, minWidth: 0, fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200, lineHeight: '24px', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' },
  word: { display: 'inline-block', maxWidth: '100%' }, // a browser breaks lines behind the hyphens of flags, too
})

export function Command({ children, title }: { children: string; title?: string }) {
  const s = useStyles()
  return (
    <div className={s.box}>
      {title && <div className={s.title}>{title}</div>}
      <div className={s.row}>
        <pre className={s.text}><code>{children.split(/(\s+)/).map((part, i) => (i % 2 === 1 ? part : <span key={i} className={s.word}>{part}</span>))}</code></pre>
        <CopyButton text={children} />
      </div>
    </div>
  )
}

/** CopyButton puts a text on the clipboard. */
export function CopyButton({ text, label = words.copy }: { text: string; label?: string }) {
  const [done, setDone] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    setDone(true)
    setTimeout(() => setDone(false), 2000)
  }
  return (
    <Button size="small" appearance="subtle" icon={done ? <Checkmark16Regular /> : <Copy16Regular />} aria-label={done ? words.copied : label} title={label} onClick={() => void copy()} />
  )
}
