// Which runtime reads: one of those that can, and of the others the reason why not.
import { Field, makeStyles, Radio, RadioGroup } from '@fluentui/react-components'
import { Link, Soft } from '../ui/Parts'
import { Reader } from './Reader'
import { words } from './strings'
import type { Reach } from './types'

const useStyles = makeStyles({ one: { paddingBottom: '8px' } })

export function RuntimeChoice({ reach, chosen, onChoose }: { reach: Reach[]; chosen: string; onChoose: (name: string) => void }) {
  const s = useStyles()
  return (
    <>
      <Field label={words.runtimes} hint={words.runtimesText}>
        <RadioGroup value={chosen} onChange={(_, d) => onChoose(d.value)}>
          {reach.map(r => <Radio key={r.name} value={r.name} disabled={!r.serves} className={s.one} label={<Reader of={r} />} />)}
        </RadioGroup>
      </Field>
      <Soft><Link to="/runtimes">{words.setUp}</Link></Soft>
    </>
  )
}
