// A runtime beside a kind of source: that it reads it, or why it can't, with what would mend that.
import { makeStyles, tokens } from '@fluentui/react-components'
import { RuntimeStatus } from '../ui/RuntimeStatus'
import { words } from './strings'
import type { Reach } from './types'

const useStyles = makeStyles({
  text: { fontSize: tokens.fontSizeBase200, overflowWrap: 'anywhere' },
  line: { display: 'flex', gap: '12px', alignItems: 'center' },
})

export function Reader({ of: r }: { of: Reach }) {
  const s = useStyles()
  return (
    <>
      <div className={s.line}>{r.name}{r.serves && <RuntimeStatus of={{ state: r.state }} />}</div>
      {r.serves && r.nodes.some(n => !n.reads) && <div className={s.text}>{words.readOnlyBy(r.nodes.filter(n => n.reads).map(n => n.name))}</div>}
      {!r.serves && <div className={s.text}>{(r.reasons ?? []).map(why => <div key={why.code}>{why.text}{why.remedy && `. ${why.remedy}`}</div>)}{!r.reasons?.length && words.cannot}</div>}
    </>
  )
}
