// The people that an asset names: those who answer for it, those who know it.
import { useState } from 'react'
import { Button, Field, makeStyles, tokens } from '@fluentui/react-components'
import { Dismiss16Regular } from '@fluentui/react-icons/svg/dismiss'
import type { Contact } from '../client/edit'
import { useDirty } from '../ui/Leaving'
import { PersonInput } from '../ui/PersonInput'
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
  const [typed, setTyped] = useState({ text: '', id: '' })
  useDirty(typed.text.trim() !== '', ['find'])
  const add = () => {
    const id = typed.id || typed.text.trim()
    if (!id) return
    if (!of.some(c => c.id === id)) onChange([...of, { id, info: '' }])
    setTyped({ text: '', id: '' })
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
            <PersonInput
              {...control} className={s.input} value={typed.text} onChange={(text, id) => setTyped({ text, id })}
              onKeyDown={e => { if (e.key === 'Enter' && !e.ctrlKey && !e.metaKey) { e.preventDefault(); add() } }}
            />
            <Button disabled={!typed.text.trim()} onClick={add} aria-label={words.addPerson(label)}>{words.add}</Button>
          </div>
        </div>
      )}
    </Field>
  )
}
