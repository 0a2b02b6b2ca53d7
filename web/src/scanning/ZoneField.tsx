// A time zone, chosen by its name or typed: the account knows more names than a browser.
import { useId } from 'react'
import { Field, Input } from '@fluentui/react-components'

interface ZoneFieldProps {
  label: string
  hint?: string
  problem?: string
  value: string
  onChange: (zone: string) => void
}

export function ZoneField({ label, hint, problem, value, onChange }: ZoneFieldProps) {
  const zones = useId()
  return (
    <>
      <Field label={label} {...(hint && { hint })} {...(problem && { validationMessage: problem })}>
        <Input value={value} list={zones} autoComplete="off" spellCheck={false} onChange={(_, d) => onChange(d.value)} />
      </Field>
      <datalist id={zones}>{Intl.supportedValuesOf('timeZone').map(z => <option key={z} value={z} />)}</datalist>
    </>
  )
}
