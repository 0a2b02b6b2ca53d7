// A command to copy: the same on the command line as what stands beside it.
import { useRef, useState, type RefObject } from 'react'
import { Button, makeStyles, tokens } from '@fluentui/react-components'
import { Checkmark16Regular } from '@fluentui/react-icons/svg/checkmark'
import { Copy16Regular } from '@fluentui/react-icons/svg/copy'
import { useNotices } from './Notices'
import { words } from './strings'

const useStyles = makeStyles({
  box: { border: `1px solid ${tokens.colorNeutralStroke2}`, borderRadius: tokens.borderRadiusMedium, backgroundColor: tokens.colorNeutralBackground3, minWidth: 0 },
  title: { padding: '8px 12px 0', fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground2 },
  kept: { padding: '0 12px 8px', fontSize: tokens.fontSizeBase200 },
  row: { display: 'flex', alignItems: 'flex-start', gap: '8px', padding: '8px 8px 8px 12px' },
  text: { flex: 1, margin: 0, minWidth: 0, fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200, lineHeight: '24px', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' },
  word: { display: 'inline-block', maxWidth: '100%' }, // a browser breaks lines behind the hyphens of flags, too
})

export function Command({ children, title }: { children: string; title?: string }) {
  const s = useStyles()
  const shown = useRef<HTMLPreElement>(null)
  const [kept, keep] = useState(false) // the clipboard was refused
  return (
    <div className={s.box}>
      {title && <div className={s.title}>{title}</div>}
      <div className={s.row}>
        <pre ref={shown} className={s.text}><code>{children.split(/(\s+)/).map((part, i) => (i % 2 === 1 ? part : <span key={i} className={s.word}>{part}</span>))}</code></pre>
        <CopyButton text={children} shown={shown} onKept={keep} />
      </div>
      {kept && <div role="status" className={s.kept}>{words.notCopied} {words.notCopiedText}</div>}
    </div>
  )
}

interface CopyButtonProps {
  text: string
  label?: string
  shown?: RefObject<HTMLElement | null> // where it stands, to be selected where the clipboard is refused; without it a notice shows it
  onKept?: (refused: boolean) => void
}

/** CopyButton puts a text on the clipboard. Where the browser does not let it, the text is selected, and that is said. */
export function CopyButton({ text, label = words.copy, shown, onKept }: CopyButtonProps) {
  const [done, setDone] = useState(false)
  const { tell } = useNotices()
  const copy = async (button: HTMLElement) => {
    const copied = await put(text, button)
    onKept?.(!copied)
    if (copied) {
      setDone(true)
      setTimeout(() => setDone(false), 2000)
    } else if (shown?.current) getSelection()?.selectAllChildren(shown.current)
    else tell({ kind: 'failed', title: words.notCopied, text: words.notCopiedText, copy: text })
  }
  return (
    <Button size="small" appearance="subtle" icon={done ? <Checkmark16Regular /> : <Copy16Regular />} aria-label={done ? words.copied : label} title={label} onClick={e => void copy(e.currentTarget)} />
  )
}

/** put reports whether a text is on the clipboard. */
async function put(text: string, button: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return import('./copy').then(({ byField }) => byField(text, button), () => false)
  }
}
