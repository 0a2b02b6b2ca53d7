// How deep a scan reads.
import { Field, Radio, RadioGroup } from '@fluentui/react-components'
import { Soft } from '../ui/Parts'
import { levels, levelTitle } from '../ui/levelStrings'
import { words } from './strings'

export function LevelChoice({ of, chosen, onChoose }: { of: number[]; chosen: string; onChoose: (level: string) => void }) {
  return (
    <Field label={words.level}>
      <RadioGroup value={chosen} onChange={(_, d) => onChoose(d.value)}>
        {[...of].sort().map(n => `L${n}`).map(l => <Radio key={l} value={l} label={<>{levelTitle(l)}<br /><Soft>{levels[l]?.text}</Soft></>} />)}
      </RadioGroup>
    </Field>
  )
}
