// A form made from fields that a connector described: no form of a source is written by hand.
import { Field as FluentField, Input, Select } from '@fluentui/react-components'
import { saidAt } from '../ui/Refusal'
import { Textarea } from '../ui/Textarea'
import { Tick } from '../ui/Tick'
import type { Values } from './form'
import { words } from './strings'
import type { Field } from './types'

interface FieldsProps {
  of: Field[]
  values: Values
  error?: unknown // of sending them as properties: what the account says about one stands there
  onChange: (name: string, value: string) => void
}

export function Fields({ of, values, error, onChange }: FieldsProps) {
  return <>{of.map(f => <One key={f.name} field={f} value={values[f.name] ?? ''} said={saidAt(error, `properties.${f.name}`)} onChange={v => onChange(f.name, v)} />)}</>
}

function One({ field: f, value, said, onChange }: { field: Field; value: string; said: string; onChange: (value: string) => void }) {
  const given = value || f.default || ''
  if (f.type === 'switch') {
    return <FluentField hint={f.help} {...(said && { validationMessage: said })}>{control => <Tick label={f.title} checked={given === 'true'} describedBy={control['aria-describedby']} onChange={checked => onChange(String(checked))} />}</FluentField>
  }
  return (
    <FluentField label={f.title} hint={f.help} required={!!f.required} {...(said && { validationMessage: said })}>
      {f.type === 'choice' ? (
        <Select value={given} onChange={(_, d) => onChange(d.value)}>
          {!f.default && <option value="">{f.required ? words.choose : words.unset}</option>}
          {f.choices?.map(c => <option key={c}>{c}</option>)}
        </Select>
      ) : f.type === 'list' || f.type === 'block' ? (
        <Textarea value={value} placeholder={f.example ?? ''} rows={f.type === 'block' ? 6 : 3} onChange={onChange} />
      ) : (
        <Input type={f.type === 'number' ? 'number' : 'text'} value={value} placeholder={f.default ?? f.example ?? ''} onChange={(_, d) => onChange(d.value)} />
      )}
    </FluentField>
  )
}
