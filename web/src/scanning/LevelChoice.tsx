// How deep a scan reads.
import { Field, Radio, RadioGroup } from '@fluentui/react-components'
import { Soft } from '../ui/Parts'
import { words } from './strings'

export function LevelChoice({ levels, chosen, onChoose }: { levels: number[]; chosen: string; onChoose: (level: string) => void }) {
  return (
    <Field label={words.level}>
      <RadioGroup value={chosen} onChange={(_, d) => onChoose(d.value)}>
        {[...levels].sort().map(n => `L${n}`).map(l => <Radio key={l} value={l} label={<>{words.levels[l]?.title ?? l}<br /><Soft>{words.levels[l]?.text}</Soft></>} />)}
      </RadioGroup>
    </Field>
  )
}
