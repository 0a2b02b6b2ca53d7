// Choosing a person or an app by name. Whoever uses it gets the id where the name is one of the account's.
import { useDeferredValue, useEffect, useId } from 'react'
import { Input, type InputProps } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { principals } from '../client/people'
import { words } from './strings'
import { UnknownSlot } from './Unknown'

/** useFound asks who is called as somebody types. */
export const useFound = (text: string) => useQuery(principals(useDeferredValue(text.trim())))

interface PersonInputProps extends Omit<InputProps, 'value' | 'onChange' | 'list' | 'type'> {
  value: string
  onChange: (text: string, id: string) => void // id: '' when nobody is called so
}

export function PersonInput({ value, onChange, ...rest }: PersonInputProps) {
  const list = useId()
  const found = useFound(value)
  const idOf = (text: string) => found.data?.value.find(p => p.name.toLowerCase() === text.trim().toLowerCase())?.id ?? ''
  const id = idOf(value)
  // The answer may come after the last letter.
  useEffect(() => { if (value && id) onChange(value, id) }, [id]) // eslint-disable-line
  return (
    <>
      <Input {...rest} contentAfter={<UnknownSlot of={found} what={words.people} />} value={value} list={list} placeholder={words.personName} autoComplete="off" spellCheck={false} onChange={(_, d) => onChange(d.value, idOf(d.value))} />
      <datalist id={list}>{found.data?.value.map(p => <option key={p.id} value={p.name} />)}</datalist>
    </>
  )
}
