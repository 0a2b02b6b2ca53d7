// Who may do what on a collection, and where each role is held. Roles held above are taken away where they are held.
import { useState } from 'react'
import { Button, Field, makeStyles, Select, Switch } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { ActButton } from '../ui/ActButton'
import { Command, CopyButton } from '../ui/Command'
import { DataTable } from '../ui/DataTable'
import { useDirty } from '../ui/Leaving'
import { Card, Link, Soft } from '../ui/Parts'
import { PersonInput, useFound } from '../ui/PersonInput'
import { Loading, Shown } from '../ui/States'
import { words as shared } from '../ui/strings'
import { useAct } from '../ui/useAct'
import { narrow } from '../ui/widths'
import { access, grant, setInherits, withdraw, type Collection, type Held, type Role } from './rest'
import { words } from './strings'
import { titleOf } from './tree'

const useStyles = makeStyles({
  all: { display: 'flex', flexDirection: 'column', gap: '20px' },
  form: { display: 'grid', gridTemplateColumns: 'minmax(0, 1fr) minmax(0, 1fr) auto', gap: '8px 12px', alignItems: 'start', [narrow]: { gridTemplateColumns: 'minmax(0, 1fr)' } },
  switch: { display: 'flex', alignItems: 'center', gap: '2px' },
  give: { marginTop: '26px', [narrow]: { marginTop: 0 } }, // beside the fields, below their labels
})

export function AccessCard({ of: c, all, writes }: { of: Collection; all: Collection[]; writes: boolean }) {
  const who = useQuery({ ...access(c.name), enabled: writes })
  return (
    <Card title={words.roles}>
      {!writes ? <Soft>{words.mayNotRoles(titleOf(c))}</Soft> : <Shown of={who} loading={<Loading lines={4} />}>{data => <Roles of={c} all={all} held={data.value} inherits={data.inherits} />}</Shown>}
    </Card>
  )
}

const roles = Object.keys(words.roleTitles) as Role[]

function Roles({ of: c, all, held, inherits }: { of: Collection; all: Collection[]; held: Held[]; inherits: boolean }) {
  const s = useStyles()
  const act = useAct(['access'], ['whoami'])
  const [person, setPerson] = useState({ text: '', id: '' })
  const found = useFound(person.text)
  const [role, setRole] = useState<Role>('purview-reader')
  useDirty(person.text.trim() !== '')
  const place = (name: string) => titleOf(all.find(o => o.name === name) ?? { ...c, friendlyName: '', name })
  const take = (h: Held) => act.go({
    about: `role ${h.from} ${h.role} ${h.id}`, run: () => withdraw(h.from, h.role, h.id), said: words.withdrawn(h.name || h.id, words.roleTitles[h.role], place(h.from)),
    undo: { run: () => grant(h.from, h.role, h.id), said: words.granted(h.name || h.id, words.roleTitles[h.role], place(h.from)) },
  })
  const give = () => {
    if (!person.id || act.busy) return
    act.go({
      about: `role ${c.name} ${role} ${person.id}`, run: () => grant(c.name, role, person.id), said: words.granted(person.text, words.roleTitles[role], titleOf(c)),
      ...(!held.some(h => h.from === c.name && h.role === role && h.id === person.id) && { undo: { run: () => withdraw(c.name, role, person.id), said: words.withdrawn(person.text, words.roleTitles[role], titleOf(c)) } }),
    })
    setPerson({ text: '', id: '' })
  }
  return (
    <div className={s.all}>
      <DataTable
        caption={words.roles} rows={held} id={h => `${h.role} ${h.id} ${h.from}`}
        columns={[
          { name: words.who, show: h => h.name || h.id },
          { name: words.role, show: h => words.roleTitles[h.role] },
          { name: words.heldOn, show: h => (h.from === c.name ? words.here : <Link to="/settings" search={{ tab: undefined, collection: h.from }}>{place(h.from)}</Link>) },
          { name: words.actions, show: h => (h.from === c.name ? <ActButton size="small" appearance="subtle" label={words.takeAway} name={words.takeAwayFrom(h.name || h.id, words.roleTitles[h.role])} command={withdraw.command(h.from, h.role, h.id)} busy={act.busy} onAct={() => take(h)} /> : <Soft>{words.fromAbove}</Soft>) },
        ]}
      />
      <form className={s.form} onSubmit={e => { e.preventDefault(); give() }}>
        <Field label={words.who} validationMessage={person.text && !person.id && found.data ? words.notKnown : undefined} validationState="none">
          {control => <PersonInput {...control} value={person.text} onChange={(text, id) => setPerson({ text, id })} />}
        </Field>
        <Field label={words.role} hint={words.roleTexts[role]}>
          <Select value={role} onChange={(_, d) => setRole(d.value as Role)}>{roles.filter(r => r !== 'network-administrator' || c.name === 'root').map(r => <option key={r} value={r}>{words.roleTitles[r]}</option>)}</Select>
        </Field>
        <Button className={s.give} type="submit" appearance="primary" disabled={!person.id || act.busy}>{words.give}</Button>
      </form>
      {person.id && <Command title={shared.asCommand}>{grant.command(c.name, role, person.id)}</Command>}
      {c.name !== 'root' && (
        <Field hint={words.inheritsText}>
          <div className={s.switch}><Switch
            label={words.inherits} checked={inherits} disabled={act.busy}
            onChange={(_, d) => act.go({
              about: `inherits ${c.name}`, run: () => setInherits(c.name, d.checked), said: d.checked ? words.joined(titleOf(c)) : words.cut(titleOf(c)),
              undo: { run: () => setInherits(c.name, !d.checked), said: d.checked ? words.cut(titleOf(c)) : words.joined(titleOf(c)) },
            })}
          /><CopyButton text={setInherits.command(c.name, !inherits)} label={shared.copyCommandOf(inherits ? words.cut(titleOf(c)) : words.joined(titleOf(c)))} /></div>
        </Field>
      )}
    </div>
  )
}
