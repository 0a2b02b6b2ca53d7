// Which runtime reads: one of those that can, and of the others the reason why not.
import { Field, makeStyles, Radio, RadioGroup, tokens } from '@fluentui/react-components'
import { Link, Soft, Status } from '../ui/Parts'
import { toneOf } from '../ui/tone'
import { words } from './strings'
import type { Reach } from './types'

const useStyles = makeStyles({
  one: { paddingBottom: '8px' },
  text: { fontSize: tokens.fontSizeBase200 },
  line: { display: 'flex', gap: '12px', alignItems: 'center' },
})

export function RuntimeChoice({ reach, chosen, onChoose }: { reach: Reach[]; chosen: string; onChoose: (name: string) => void }) {
  const s = useStyles()
  return (
    <>
      <Field label={words.runtimes} hint={words.runtimesText}>
        <RadioGroup value={chosen} onChange={(_, d) => onChoose(d.value)}>
          {reach.map(r => (
            <Radio
              key={r.name} value={r.name} disabled={!r.serves} className={s.one}
              label={
                <>
                  <div className={s.line}>{r.name}{r.serves && <Status tone={toneOf(r.state)}>{r.state}</Status>}</div>
                  {r.serves && r.nodes.some(n => !n.reads) && <div className={s.text}>{words.readOnlyBy(r.nodes.filter(n => n.reads).map(n => n.name))}</div>}
                  {!r.serves && <div className={s.text}>{(r.reasons ?? []).map(why => <div key={why.code}>{why.text}{why.remedy && `. ${why.remedy}`}</div>)}{!r.reasons?.length && words.cannot}</div>}
                </>
              }
            />
          ))}
        </RadioGroup>
      </Field>
      <Soft><Link to="/runtimes">{words.setUp}</Link></Soft>
    </>
  )
}
