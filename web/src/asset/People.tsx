// The people that an asset names: those who answer for it, those who know it.
import { useDeferredValue, useId, useState } from 'react'
import { Button, Field, Input, makeStyles, tokens } from '@fluentui/react-components'
import { Dismiss16Regular } from '@fluentui/react-icons/svg/dismiss'
import { useQuery } from '@tanstack/react-query'
import type { Contact } from '../client/edit'
import { principals } from '../client/people'
import { words } from './strings'

const useStyles = makeStyles({
  list: { listStyle: 'none', display: 'flex', flexWrap: 'wrap', gap: '6px', margin: '0 0 6px', padding: 0 },
  one: { display: 'inline-flex', alignItems: 'center', paddingLeft: '10px', borderRadius: tokens.borderRadiusCircular, backgroundColor: tokens.colorNeutralBackground4, color: tokens.colorNeutralForeground1, maxWidth: '100%', overflowWrap: 'anywhere' },
  row: { display: 'flex', gap: '8px' },
  input: { flex: 1, minWidth: 0 },
})

interface PeopleProps {
  label: string
  hint: string
  of: Contact[]
  nameOf: (id: string) => string
  onChange: (to: Contact[]) => void
}

/** People edits a list of contacts. Whoever is not in the account can be named by any text. */
export function People({ label, hint, of, nameOf, onChange }: PeopleProps) {
  const s = useStyles()
  const list = useId()
  const [typed, setTyped] = useState('')
  const found = useQuery(principals(useDeferredValue(typed.trim())))
  const add = () => {
    const name = typed.trim()
    if (!name) return
    const id = found.data?.value.find(p => p.name.toLowerCase() === name.toLowerCase())?.id ?? name
    if (!of.some(c => c.id === id)) onChange([...of, { id, info: '' }])
    setTyped('')
  }
  return (
    <Field label={label} hint={hint}>
      {control => (
        <div>
          {of.length > 0 && (
            <ul className={s.list} aria-label={label}>
              {of.map(c => (
                <li key={c.id} className={s.one}>
                  {nameOf(c.id)}
                  <Button appearance="transparent" size="small" icon={<Dismiss16Regular />} aria-label={words.dropPerson(nameOf(c.id), label)} onClick={() => onChange(of.filter(o => o.id !== c.id))} />
                </li>
              ))}
            </ul>
          )}
          <div className={s.row}>
            <Input
              {...control} className={s.input} value={typed} list={list} placeholder={words.personName} autoComplete="off"
              onChange={(_, d) => setTyped(d.value)} onKeyDown={e => { if (e.key === 'Enter' && !e.ctrlKey && !e.metaKey) { e.preventDefault(); add() } }}
            />
            <Button disabled={!typed.trim()} onClick={add} aria-label={words.addPerson(label)}>{words.add}</Button>
          </div>
          <datalist id={list}>{found.data?.value.map(p => <option key={p.id} value={p.name} />)}</datalist>
        </div>
      )}
    </Field>
  )
}
